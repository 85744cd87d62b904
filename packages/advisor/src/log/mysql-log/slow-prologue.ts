import { matches } from "../match-bytes.ts";
import { lineEndAt, newLineAt } from "./line-ends.ts";

const NEW_LINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const SEMICOLON = 59;
const EQUALS = 61;
const BACKTICK = 96;

const ADMINISTRATOR = Buffer.from("# administrator command: ");
const TIMESTAMP = Buffer.from("timestamp=");

/** The lines that the server writes between a record's header and its statement. NaN, -1: not there. */
export interface SlowPrologue {
  /** The line `use shop;` without its `;`, and the database in it. */
  useFrom: number;
  useTo: number;
  databaseFrom: number;
  databaseTo: number;
  /** Milliseconds, of `SET timestamp=1795342217;`. */
  timestamp: number;
}

export function newSlowPrologue(): SlowPrologue {
  return { useFrom: -1, useTo: -1, databaseFrom: -1, databaseTo: -1, timestamp: Number.NaN };
}

/** Returns where the statement begins; -1: can't be told yet. `bytes` end at `to`, but the log only with `last`. */
export function readPrologue(
  prologue: SlowPrologue,
  bytes: Buffer,
  from: number,
  to: number,
  last: boolean,
): number {
  prologue.useFrom = -1;
  prologue.timestamp = Number.NaN;
  let at = from;
  if (!last && at + 4 > to) return -1;
  if (bytes[at] === 117 && bytes[at + 1] === 115 && bytes[at + 2] === 101) {
    const newLine = newLineAt(bytes, at, to);
    if (newLine === -1 && !last) return -1;
    const end = newLine === -1 ? -1 : lineEndAt(bytes, at, newLine) - 1;
    if (bytes[at + 3] === SPACE && bytes[end] === SEMICOLON && at + 4 < end) {
      // MariaDB quotes the name, MySQL does not.
      const quoted = bytes[at + 4] === BACKTICK && bytes[end - 1] === BACKTICK && at + 5 < end;
      prologue.useFrom = at;
      prologue.useTo = end;
      prologue.databaseFrom = quoted ? at + 5 : at + 4;
      prologue.databaseTo = quoted ? end - 1 : end;
      at = newLine + 1;
    }
  }
  if (!last && at + 4 > to) return -1;
  if (bytes[at] !== 83 || bytes[at + 1] !== 69 || bytes[at + 2] !== 84) return at;
  const next = readTimestamp(prologue, bytes, at + 4, to);
  if (next >= to && !last) return -1;
  return prologue.timestamp === prologue.timestamp ? next : at;
}

/**
 * `last_insert_id=5,insert_id=6,timestamp=1795342217;`, with a fraction or without. Returns where the next line begins; at
 * least `to`: the bytes end before that; anything else where the line says something else.
 */
function readTimestamp(prologue: SlowPrologue, bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && (bytes[at] === 108 || bytes[at] === 105)) {
    while (at < to && bytes[at] !== 44 && (bytes[at] ?? 0) > SPACE) at++;
    at++;
  }
  if (at + TIMESTAMP.length > to) return to;
  if (!matches(bytes, at, TIMESTAMP)) return at;
  let ms = 0;
  let scale = 1000;
  let fraction = false;
  for (at += TIMESTAMP.length; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit >= 0 && digit <= 9) {
      if (!fraction) ms = ms * 10 + digit * 1000;
      else if (scale > 1) ms += digit * (scale /= 10);
    } else if (digit === -2 && !fraction) fraction = true;
    else break;
  }
  if (at + 2 > to) return to;
  if (bytes[at] !== SEMICOLON || bytes[at - 1] === EQUALS) return at;
  const newLine = bytes[at + 1] === CARRIAGE_RETURN ? at + 2 : at + 1;
  if (newLine >= to) return to;
  if (bytes[newLine] === NEW_LINE) prologue.timestamp = ms;
  return newLine + 1;
}

/** Where the name of a command that is no statement begins: `# administrator command: Quit`; -1: it is a statement. */
export function administratorCommand(bytes: Buffer, from: number, to: number): number {
  const name = from + ADMINISTRATOR.length;
  return name <= to && matches(bytes, from, ADMINISTRATOR) ? name : -1;
}
