import { skipByteOrderMark } from "./byte-order-mark.ts";
import { isDigit } from "./decimal-bytes.ts";
import { sessionNumber } from "./session-id-bytes.ts";
import { createTimestampReader } from "./timestamp-bytes.ts";

const LINE_FEED = 10;
const QUOTE = 34;
const COMMA = 44;
const DOT = 46;

/**
 * Reads the first columns of a `csvlog` record: time, user, database, process, client, session, line number, each as
 * PostgreSQL writes it. By them records are known, whatever the quotes before: inside a quoted field quotes are doubled,
 * so that no line of a text looks so but one without user, database and client, as the server's own processes write it.
 */
export interface CsvHeadReader {
  /** Whether a record begins at `from`, the start of a line. What it says is in the fields below then. */
  read(bytes: Buffer, from: number, to: number): boolean;
  /** Milliseconds, as in `ServerMessage`. */
  readonly at: number;
  readonly session: number;
  /** The names without their outer quotes; inside them quotes are doubled still. */
  readonly userFrom: number;
  readonly userTo: number;
  readonly databaseFrom: number;
  readonly databaseTo: number;
  /** Where the column behind the line number begins. */
  readonly end: number;
}

export function createCsvHeadReader(): CsvHeadReader {
  const timestamps = createTimestampReader();
  const head = {
    at: 0,
    session: 0,
    userFrom: 0,
    userTo: 0,
    databaseFrom: 0,
    databaseTo: 0,
    end: 0,
    read(bytes: Buffer, lineStart: number, to: number): boolean {
      const from = skipByteOrderMark(bytes, lineStart);
      // Of the lines that begin no record most are turned away here.
      if (from + 24 > to || bytes[from + 4] !== 45 || bytes[from + 19] !== DOT) return false;
      head.at = timestamps.read(bytes, from, to);
      if (Number.isNaN(head.at)) return false;
      const time = endOfZone(bytes, timestamps.end, to);
      const user = endOfQuoted(bytes, time, to);
      head.userFrom = Math.min(time + 2, user);
      head.userTo = Math.max(user - 1, head.userFrom);
      const database = endOfQuoted(bytes, user, to);
      head.databaseFrom = Math.min(user + 2, database);
      head.databaseTo = Math.max(database - 1, head.databaseFrom);
      const client = endOfQuoted(bytes, endOfDigits(bytes, database, to), to);
      const session = endOfPlain(bytes, client, to);
      head.session = sessionNumber(bytes, client + 1, session);
      if (head.session === 0) return false;
      const number = endOfDigits(bytes, session, to);
      head.end = number + 1;
      return number > session + 1 && number < to && bytes[number] === COMMA;
    },
  };
  return head;
}

/** What remains of a zone's name that has more than letters. */
function endOfZone(bytes: Buffer, from: number, to: number): number {
  let at = from;
  while (at < to && isZonePart(bytes[at] ?? 0)) at++;
  return at;
}

/** The end of the field behind the comma at `comma`, which is empty or in quotes; `to` where it is neither. */
function endOfQuoted(bytes: Buffer, comma: number, to: number): number {
  if (comma + 1 >= to || bytes[comma] !== COMMA) return to;
  let at = comma + 1;
  if (bytes[at] !== QUOTE) return at;
  for (at++; at < to; at++) {
    const byte = bytes[at];
    if (byte === LINE_FEED) return to;
    if (byte !== QUOTE) continue;
    if (at + 1 >= to || bytes[at + 1] !== QUOTE) return at + 1;
    at++;
  }
  return to;
}

/** The end of the field of digits, or none, behind the comma at `comma`; `to` where there is no comma. */
function endOfDigits(bytes: Buffer, comma: number, to: number): number {
  if (comma >= to || bytes[comma] !== COMMA) return to;
  let at = comma + 1;
  while (at < to && isDigit(bytes[at])) at++;
  return at;
}

/** The end of the field without quotes behind the comma at `comma`; `to` where there is no comma. */
function endOfPlain(bytes: Buffer, comma: number, to: number): number {
  if (comma >= to || bytes[comma] !== COMMA) return to;
  let at = comma + 1;
  while (at < to && bytes[at] !== COMMA && bytes[at] !== LINE_FEED) at++;
  return at;
}

function isZonePart(byte: number): boolean {
  const lower = byte | 32;
  return byte === 43 || byte === 45 || isDigit(byte) || (lower >= 97 && lower <= 122);
}
