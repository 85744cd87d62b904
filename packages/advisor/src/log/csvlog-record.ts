import { NO_BYTES, setSpan } from "./byte-span.ts";
import { createCsvHeadReader } from "./csvlog-head.ts";
import type { ExecutionSink, Names } from "./execution.ts";
import { type ByteFinder, createByteFinder } from "./find-byte.ts";
import { createScratch, reserve, type Scratch } from "./scratch.ts";
import { clearServerMessage, newServerMessage, type ServerMessage } from "./server-message.ts";
import { severityOf } from "./severity-bytes.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const COMMA = 44;
const ZERO = 48;

/** Columns behind the head's that are read, by position. */
const COLUMN = {
  severity: 11,
  code: 12,
  message: 13,
  detail: 14,
  statement: 19,
  application: 22,
  queryId: 25,
} as const;
const HEAD_COLUMNS = 7;
/** Up to the application name in 9.0; `backend_type` came with 13, `leader_pid` and `query_id` with 14. */
const MIN_COLUMNS = 23;
const MAX_COLUMNS = 26;

/** Reads records of `csvlog` from a buffer. */
export interface CsvRecordReader {
  /** What the record last read says. */
  readonly message: ServerMessage;
  /** The records to come are in `bytes`. */
  begin(bytes: Buffer): void;
  /** Whether a record begins at `from`, the start of a line. */
  isStart(from: number): boolean;
  /**
   * Reads the record that begins at `from`. Returns its end, with its line break where it has one; -1 where it can't be
   * read: it isn't one, it is damaged, it isn't all there, or another record begins before it ends.
   */
  read(from: number): number;
}

export function createCsvRecordReader(names: ExecutionSink["names"]): CsvRecordReader {
  const message = newServerMessage();
  const head = createCsvHeadReader();
  /** For lines inside a record, so that `head` stays. */
  const inner = createCsvHeadReader();
  const scratch = createScratch();
  let bytes = NO_BYTES;
  let to = 0;
  let quotes: ByteFinder = createByteFinder(NO_BYTES, QUOTE);
  let commas: ByteFinder = createByteFinder(NO_BYTES, COMMA);
  let feeds: ByteFinder = createByteFinder(NO_BYTES, LINE_FEED);

  const put = (column: number, source: Buffer, from: number, end: number): void => {
    switch (column) {
      case COLUMN.severity:
        message.severity = severityOf(source, from, end);
        break;
      case COLUMN.code:
        setSpan(message.code, source, from, end);
        break;
      case COLUMN.message:
        setSpan(message.message, source, from, end);
        break;
      case COLUMN.detail:
        setSpan(message.detail, source, from, end);
        break;
      case COLUMN.statement:
        setSpan(message.statement, source, from, end);
        break;
      case COLUMN.application:
        message.application = names.application.idOf(source, from, end);
        break;
      case COLUMN.queryId:
        // The server's 0: none was computed.
        if (source[from] !== ZERO) setSpan(message.queryId, source, from, end);
        break;
    }
  };

  const nameOf = (of: Names, from: number, end: number): number => {
    if (from === end) return 0;
    if (quotes.near(from) >= end) return of.idOf(bytes, from, end);
    undouble(scratch, bytes, from, end);
    return of.idOf(scratch.bytes, scratch.from, scratch.to);
  };

  /** Whether a record begins at a line in `[from, end)` but the first. */
  const hasStart = (from: number, end: number): boolean => {
    for (let feed = feeds.next(from); feed < end; feed = feeds.next(feed + 1)) {
      if (inner.read(bytes, feed + 1, to)) return true;
    }
    return false;
  };

  /** Reads the columns behind the head's. */
  const readFields = (from: number): number => {
    let at = from;
    for (let column = HEAD_COLUMNS; column < MAX_COLUMNS; column++) {
      const first = at < to ? bytes[at] : LINE_FEED;
      if (first === COMMA) {
        at++;
        continue;
      }
      const start = first === QUOTE ? at + 1 : at;
      if (first === QUOTE) {
        let doubled = false;
        at = quotes.near(start);
        while (at + 1 < to && bytes[at + 1] === QUOTE) {
          doubled = true;
          at = quotes.near(at + 2);
        }
        if (at >= to || hasStart(start, at)) return -1;
        if (doubled) {
          undouble(scratch, bytes, start, at);
          put(column, scratch.bytes, scratch.from, scratch.to);
        } else if (at > start) {
          put(column, bytes, start, at);
        }
        at++;
      } else {
        if (column < MIN_COLUMNS - 1) {
          at = commas.near(start);
          if (at > feeds.next(start)) return -1;
        } else {
          while (at < to && !isFieldEnd(bytes[at])) at++;
        }
        if (at > start) put(column, bytes, start, at);
      }
      if (at < to && bytes[at] === COMMA) {
        at++;
        continue;
      }
      if (column < MIN_COLUMNS - 1) return -1;
      if (at < to && bytes[at] === CARRIAGE_RETURN) at++;
      if (at === to) return to;
      return bytes[at] === LINE_FEED ? at + 1 : -1;
    }
    return -1;
  };

  return {
    message,
    begin(buffer) {
      bytes = buffer;
      to = buffer.length;
      quotes = createByteFinder(buffer, QUOTE);
      commas = createByteFinder(buffer, COMMA);
      feeds = createByteFinder(buffer, LINE_FEED);
    },
    isStart(from) {
      return inner.read(bytes, from, to);
    },
    read(from) {
      if (!head.read(bytes, from, to)) return -1;
      clearServerMessage(message);
      scratch.to = 0;
      message.at = head.at;
      message.session = head.session;
      message.user = nameOf(names.user, head.userFrom, head.userTo);
      message.database = nameOf(names.database, head.databaseFrom, head.databaseTo);
      return readFields(head.end);
    },
  };
}

function isFieldEnd(byte: number | undefined): boolean {
  return byte === COMMA || byte === LINE_FEED || byte === CARRIAGE_RETURN;
}

/** Puts a text behind the scratch's last one, with each of its doubled quotes once. */
function undouble(scratch: Scratch, bytes: Buffer, from: number, to: number): void {
  reserve(scratch, to - from);
  const out = scratch.bytes;
  let end = scratch.to;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    out[end++] = byte;
    if (byte === QUOTE) at++;
  }
  scratch.from = scratch.to;
  scratch.to = end;
}
