import { matches } from "../match-bytes.ts";
import { lineEndAt, newLineAt } from "./line-ends.ts";
import { endsBanner, isBanner } from "./server-banner.ts";

const NUMBER_SIGN = 35;
const CARRIAGE_RETURN = 13;
const SEMICOLON = 59;
/** The letter in `# Query_time: `. */
const QUERY = 81;

const TIME = Buffer.from("# Time: ");
const USER = Buffer.from("# User@Host: ");
const QUERY_TIME = Buffer.from("# Query_time: ");

/** As many bytes of a line tell whether it begins a record. */
const RECORD_START_LENGTH = QUERY_TIME.length + 1;

/**
 * Whether the line that begins at `at` looks like the first of a record: `# Time: ` with a time, `# User@Host: ` (MariaDB
 * and MySQL up to 5.6 write the time only when the second changes), or `# Query_time: ` (`--log-short-format`).
 */
export function isRecordStart(bytes: Buffer, at: number, to: number): boolean {
  if (bytes[at] !== NUMBER_SIGN || at + RECORD_START_LENGTH > to) return false;
  const kind = bytes[at + 2];
  if (kind === 85) return matches(bytes, at, USER);
  if (kind === 84) return matches(bytes, at, TIME) && isDate(bytes, at + TIME.length);
  return kind === QUERY && matches(bytes, at, QUERY_TIME);
}

/** Whether the line at `at` is the one that no record lacks. */
export function isQueryTime(bytes: Buffer, at: number, to: number): boolean {
  return at + QUERY_TIME.length <= to && matches(bytes, at, QUERY_TIME);
}

/**
 * Whether a block starts at `at`, where a line is that looks like the first of a record: the line before must have ended a
 * statement, or the server's banner. Logs in the short format are one block: `# Query_time: ` alone is too little.
 */
export function startsBlock(bytes: Buffer, low: number, at: number): boolean {
  if (bytes[at + 2] === QUERY) return false;
  if (at <= low) return true;
  let last = at - 2;
  if (last > low && bytes[last] === CARRIAGE_RETURN) last--;
  return last < low || bytes[last] === SEMICOLON || endsBanner(bytes, low, at);
}

/** See `BlockReader.findBlock`. */
export function findSlowBlock(bytes: Buffer, low: number, from: number, to: number): number {
  let at = from;
  if (from > low && bytes[from - 1] !== 10) at = newLineAt(bytes, from, to) + 1;
  if (at === 0 && from > 0) return -1;
  while (at < to) {
    if (isRecordStart(bytes, at, to) && startsBlock(bytes, low, at)) return at;
    const newLine = newLineAt(bytes, at, to);
    if (newLine === -1) return -1;
    if (isBanner(bytes, at, lineEndAt(bytes, at, newLine))) return at;
    at = newLine + 1;
  }
  return -1;
}

/** `2026-` or `261122 `. */
function isDate(bytes: Buffer, at: number): boolean {
  for (let digit = at; digit < at + 4; digit++) {
    const byte = bytes[digit] ?? 0;
    if (byte < 48 || byte > 57) return false;
  }
  return bytes[at + 4] === 45 || bytes[at + 6] === 32;
}
