import { newLineAt } from "./line-ends.ts";
import { SHORT_TIME_LENGTH } from "./short-time.ts";

const TAB = 9;
const NEW_LINE = 10;
const SPACE = 32;
const ZERO = 48;
const UNDERSCORE = 95;
const MAX_COMMAND_LENGTH = 48;
const SHORT_TIME = Buffer.from("000000 _0:00:00");
const ISO_HOUR = Buffer.from("0000-00-00T00:");

/** The first line of a record: `2026-11-22T10:10:01.123456Z\t   17 Query\tselect 1`. */
export interface GeneralLine {
  /** The end of its time; the start of the line where it has none. */
  timeTo: number;
  session: number;
  commandFrom: number;
  commandTo: number;
  textFrom: number;
}

export function newGeneralLine(): GeneralLine {
  return { timeTo: 0, session: 0, commandFrom: 0, commandTo: 0, textFrom: 0 };
}

/**
 * Reads the line at `at`. `none`: it is no first line; `cut`: it may be one, but the bytes end. MariaDB and MySQL up to 5.6
 * write the time as `261122 10:10:01`, and two tabs for one that is that of the record before.
 */
export function readGeneralLine(
  line: GeneralLine,
  bytes: Buffer,
  from: number,
  to: number,
): "timed" | "untimed" | "none" | "cut" {
  if (from >= to) return "cut";
  let at: number;
  if (bytes[from] === TAB) {
    if (from + 1 >= to) return "cut";
    if (bytes[from + 1] !== TAB) return "none";
    at = from + 1;
    line.timeTo = from;
  } else {
    at = timeEnd(bytes, from, to);
    if (at === -1) return "none";
    if (at >= to) return "cut";
    if (bytes[at] !== TAB) return "none";
    line.timeTo = at;
  }
  at++;
  while (at < to && bytes[at] === SPACE) at++;
  const digits = at;
  let session = 0;
  for (; at < to && isDigit(bytes[at]); at++) session = session * 10 + ((bytes[at] ?? 0) - 48);
  if (at >= to) return "cut";
  if (at === digits || bytes[at] !== SPACE) return "none";
  const command = ++at;
  while (at < to && isCommandByte(bytes[at] ?? 0)) at++;
  if (at - command > MAX_COMMAND_LENGTH) return "none";
  if (at >= to) return "cut";
  if (at === command || bytes[at] !== TAB) return "none";
  line.session = session;
  line.commandFrom = command;
  line.commandTo = at;
  line.textFrom = at + 1;
  return line.timeTo === from ? "untimed" : "timed";
}

/** See `BlockReader.findBlock`. */
export function findGeneralBlock(
  line: GeneralLine,
  bytes: Buffer,
  low: number,
  from: number,
  to: number,
): number {
  let at = from;
  if (from > low && bytes[from - 1] !== NEW_LINE) {
    const newLine = newLineAt(bytes, from, to);
    if (newLine === -1) return -1;
    at = newLine + 1;
  }
  while (at < to) {
    if (readGeneralLine(line, bytes, at, to) === "timed") return at;
    const newLine = newLineAt(bytes, at, to);
    if (newLine === -1) return -1;
    at = newLine + 1;
  }
  return -1;
}

/** The tab after a time; -1: none begins at `from`; `to` or beyond: the bytes end before it. */
function timeEnd(bytes: Buffer, from: number, to: number): number {
  if (!isDigit(bytes[from]) || !isDigit(bytes[from + 1])) return -1;
  if (from + SHORT_TIME_LENGTH >= to) return hasNewLine(bytes, from, to) ? -1 : to;
  if (hasForm(bytes, from, SHORT_TIME)) return from + SHORT_TIME_LENGTH;
  if (!hasForm(bytes, from, ISO_HOUR)) return -1;
  // Minutes, seconds with a fraction, and a zone: `Z` or `+02:00`.
  let at = from + ISO_HOUR.length;
  while (at < to && at < from + 40 && (bytes[at] ?? 0) > SPACE) at++;
  return at;
}

/** Whether the bytes are digits where `form` has `0`, digits or spaces where it has `_`, and else what `form` has. */
function hasForm(bytes: Buffer, from: number, form: Buffer): boolean {
  for (let at = 0; at < form.length; at++) {
    const byte = bytes[from + at];
    const wanted = form[at];
    const fits =
      wanted === ZERO
        ? isDigit(byte)
        : byte === wanted || (wanted === UNDERSCORE && (byte === SPACE || isDigit(byte)));
    if (!fits) return false;
  }
  return true;
}

function hasNewLine(bytes: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === NEW_LINE) return true;
  return false;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 48 && byte <= 57;
}

function isCommandByte(byte: number): boolean {
  const lower = byte | 32;
  return (lower >= 97 && lower <= 122) || byte === SPACE || byte === UNDERSCORE;
}
