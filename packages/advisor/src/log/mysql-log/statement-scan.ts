import { matchesIgnoringCase } from "./match-ignoring-case.ts";

const TAB = 9;
const NEW_LINE = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const DOUBLE_QUOTE = 34;
const NUMBER_SIGN = 35;
const SINGLE_QUOTE = 39;
const STAR = 42;
const DASH = 45;
const SLASH = 47;
const SEMICOLON = 59;
const BACKSLASH = 92;
const BACKTICK = 96;

const SINGLE = ["select", "insert", "update", "delete", "replace", "with"].map((word) =>
  Buffer.from(`${word} `),
);

/** How far a statement has been looked at, to tell its own lines from those of the log around it. */
export interface StatementScan {
  at: number;
  /** 0 between tokens; else the byte that the literal (`'`, `"`, `` ` ``) or comment (`#`, `*`) began with. */
  inside: number;
  /** It holds no other statements, as the body of a procedure does. */
  isSingle: boolean;
  /**
   * A literal ended right before a word, or a comment began in a comment: what was taken for the end of one was the beginning
   * of another. Set back by whoever asks for it.
   */
  isShifted: boolean;
  /** The first `;` at the end of a line outside literals and comments, the last where others are inside; -1: none so far. */
  end: number;
}

export function newStatementScan(): StatementScan {
  return { at: -1, inside: 0, isSingle: false, isShifted: false, end: -1 };
}

export function startScan(scan: StatementScan, bytes: Buffer, from: number, to: number): void {
  scan.at = from;
  scan.inside = 0;
  scan.isSingle = isSingleStatement(bytes, from, to);
  scan.isShifted = false;
  scan.end = -1;
}

/** Whether the statement begins with a word that only begins those without others inside. */
export function isSingleStatement(bytes: Buffer, from: number, to: number): boolean {
  let at = from;
  while (at < to && (isSpace(bytes[at]) || bytes[at] === SLASH)) {
    if (bytes[at] === SLASH) {
      // Frameworks put comments first.
      const end = bytes.subarray(at, to).indexOf("*/");
      if (end === -1) return false;
      at += end + 1;
    }
    at++;
  }
  return SINGLE.some((word) => matchesIgnoringCase(bytes, at, to, word));
}

/** Goes on to `to`, which is the start of a line, or the end of all. */
export function scanTo(scan: StatementScan, bytes: Buffer, to: number): void {
  const { isSingle } = scan;
  let { at, inside, end } = scan;
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (inside === 0) {
      if (byte === SINGLE_QUOTE || byte === DOUBLE_QUOTE || byte === BACKTICK) inside = byte;
      else if (byte === NUMBER_SIGN || isDashComment(bytes, at, to)) inside = NUMBER_SIGN;
      else if (byte === SLASH && bytes[at + 1] === STAR && at + 1 < to) {
        inside = STAR;
        at++;
      } else if (byte === SEMICOLON && (end === -1 || !isSingle) && endsLine(bytes, at + 1, to))
        end = at;
    } else if (inside === NUMBER_SIGN) {
      if (byte === NEW_LINE) inside = 0;
    } else if (inside === STAR) {
      if (byte === STAR && bytes[at + 1] === SLASH && at + 1 < to) {
        inside = 0;
        at++;
      } else if (byte === SLASH && bytes[at + 1] === STAR) scan.isShifted = true;
    } else if (byte === BACKSLASH && inside !== BACKTICK) at++;
    // A doubled quote ends one literal and begins the next: nobody can tell here.
    else if (byte === inside) {
      inside = 0;
      if (at + 1 < to && isWordByte(bytes[at + 1] ?? 0)) scan.isShifted = true;
    }
  }
  scan.at = at;
  scan.inside = inside;
  scan.end = end;
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === NEW_LINE || byte === CARRIAGE_RETURN || byte === TAB;
}

function isWordByte(byte: number): boolean {
  const lower = byte | 32;
  return (lower >= 97 && lower <= 122) || (byte >= 48 && byte <= 57) || byte === 95 || byte >= 128;
}

function isDashComment(bytes: Buffer, at: number, to: number): boolean {
  return (
    bytes[at] === DASH && bytes[at + 1] === DASH && (at + 2 >= to || (bytes[at + 2] ?? 0) <= SPACE)
  );
}

function endsLine(bytes: Buffer, at: number, to: number): boolean {
  return at >= to || bytes[at] === NEW_LINE || bytes[at] === CARRIAGE_RETURN;
}
