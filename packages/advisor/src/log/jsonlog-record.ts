import { NO_BYTES, setSpan } from "./byte-span.ts";
import { decimal, isDigit } from "./decimal-bytes.ts";
import type { ExecutionSink } from "./execution.ts";
import { type ByteFinder, createByteFinder } from "./find-byte.ts";
import { unescapeJson } from "./json-string-bytes.ts";
import { KEY, keyAt, LAST_READ_KEY, lengthOfKey, NO_KEY } from "./jsonlog-keys.ts";
import { createScratch } from "./scratch.ts";
import { clearServerMessage, newServerMessage, type ServerMessage } from "./server-message.ts";
import { sessionNumber } from "./session-id-bytes.ts";
import { severityOf } from "./severity-bytes.ts";
import { createTimestampReader } from "./timestamp-bytes.ts";
import { viewOf } from "./word-view.ts";

const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const ZERO = 48;
const COLON = 58;
const BACKSLASH = 92;
const CLOSING_BRACE = 125;

/** Without these it is no record. */
const REQUIRED = (1 << KEY.timestamp) | (1 << KEY.error_severity);
const SEVERITY_KEY = Buffer.from('"error_severity"');
/** In a text its quotes would have backslashes. */
const QUERY_ID = /"query_id"\s*:\s*(-?\d+)/;

/** Reads the lines of a buffer as records of `jsonlog`. */
export interface JsonRecordReader {
  /** What the line last read says. */
  readonly message: ServerMessage;
  /** The lines to come are in `bytes`, one behind the other. */
  begin(bytes: Buffer): void;
  /** Whether the line `[from, to)` is a record. */
  read(from: number, to: number): boolean;
}

/**
 * A reader of `jsonlog`'s lines as PostgreSQL writes them, whatever the order of their keys: texts and whole numbers,
 * no white space but blanks. What else is JSON takes a slower way to the same result. Control characters in texts,
 * which JSON forbids, are let through by the quick way: they say more than an unread line.
 */
export function createJsonRecordReader(names: ExecutionSink["names"]): JsonRecordReader {
  const message = newServerMessage();
  const timestamps = createTimestampReader();
  const scratch = createScratch();
  let bytes = NO_BYTES;
  let words = viewOf(NO_BYTES);
  let quotes: ByteFinder = createByteFinder(NO_BYTES, QUOTE);
  let backslashes: ByteFinder = createByteFinder(NO_BYTES, BACKSLASH);
  let pid = 0;

  const clear = (): void => {
    clearServerMessage(message);
    scratch.to = 0;
    pid = 0;
  };

  const put = (key: number, source: Buffer, from: number, to: number): void => {
    switch (key) {
      case KEY.timestamp:
        message.at = timestamps.read(source, from, to);
        break;
      case KEY.error_severity:
        message.severity = severityOf(source, from, to);
        break;
      case KEY.message:
        setSpan(message.message, source, from, to);
        break;
      case KEY.detail:
        setSpan(message.detail, source, from, to);
        break;
      case KEY.statement:
        setSpan(message.statement, source, from, to);
        break;
      case KEY.state_code:
        setSpan(message.code, source, from, to);
        break;
      case KEY.session_id:
        message.session = sessionNumber(source, from, to);
        break;
      case KEY.pid:
        pid = decimal(source, from, to);
        break;
      case KEY.user:
        message.user = from === to ? 0 : names.user.idOf(source, from, to);
        break;
      case KEY.dbname:
        message.database = from === to ? 0 : names.database.idOf(source, from, to);
        break;
      case KEY.application_name:
        message.application = from === to ? 0 : names.application.idOf(source, from, to);
        break;
      case KEY.query_id:
        // The server's 0: none was computed.
        if (source[from] !== ZERO) setSpan(message.queryId, source, from, to);
        break;
    }
  };

  const readQuickly = (from: number, to: number): boolean => {
    let seen = 0;
    let at = skipBlanks(bytes, from + 1);
    for (;;) {
      if (bytes[at] !== QUOTE) return false;
      const key = keyAt(words, at + 1, to);
      if (key === NO_KEY) {
        const start = at + 1;
        at = quotes.near(start) + 1;
        // With an escape it may be any key.
        if (bytes[at] !== COLON || backslashes.next(start) < at) return false;
        at++;
      } else {
        at += 1 + lengthOfKey(key);
      }
      at = skipBlanks(bytes, at);
      const isRead = key !== NO_KEY && key <= LAST_READ_KEY;
      if (bytes[at] === QUOTE) {
        const start = at + 1;
        at = quotes.near(start);
        if (backslashes.next(start) < at) {
          at = unescapeJson(scratch, bytes, words, start, to);
          if (at === -1) return false;
          if (isRead) put(key, scratch.bytes, scratch.from, scratch.to);
        } else {
          if (at >= to) return false;
          if (isRead) put(key, bytes, start, at);
        }
        if (isRead) seen |= 1 << key;
        at++;
      } else {
        const end = integerEnd(bytes, at);
        if (end === at) return false;
        if (isRead) {
          if (key !== KEY.pid && key !== KEY.query_id) return false;
          put(key, bytes, at, end);
        }
        at = end;
      }
      at = skipBlanks(bytes, at);
      if (bytes[at] !== COMMA) break;
      at = skipBlanks(bytes, at + 1);
    }
    // The line's end is behind `at` wherever it was read over.
    return (
      bytes[at] === CLOSING_BRACE &&
      skipBlanks(bytes, at + 1) === to &&
      (seen & REQUIRED) === REQUIRED
    );
  };

  const readSlowly = (from: number, to: number): boolean => {
    // An error costs the parser more than reading does: it is spared the lines that are no records for sure.
    const part = bytes.subarray(from, to);
    if (!part.includes(SEVERITY_KEY) || !endsObject(part)) return false;
    const line = part.toString();
    const fields = jsonObject(line);
    if (typeof fields?.["timestamp"] !== "string") return false;
    if (typeof fields["error_severity"] !== "string") return false;
    for (const [name, key] of Object.entries(KEY)) {
      const value = fields[name];
      if (typeof value === "string" || typeof value === "number") {
        // A double does not hold what `query_id` holds.
        const digits = key === KEY.query_id ? QUERY_ID.exec(line)?.[1] : undefined;
        const text = Buffer.from(digits ?? `${value}`);
        put(key, text, 0, text.length);
      }
    }
    return true;
  };

  return {
    message,
    begin(buffer) {
      bytes = buffer;
      words = viewOf(buffer);
      quotes = createByteFinder(buffer, QUOTE);
      backslashes = createByteFinder(buffer, BACKSLASH);
    },
    read(from, to) {
      clear();
      let is = readQuickly(from, to);
      if (!is) {
        clear();
        is = readSlowly(from, to);
      }
      if (message.session === 0) message.session = pid;
      return is;
    },
  };
}

function skipBlanks(bytes: Buffer, from: number): number {
  let at = from;
  while (bytes[at] === 32) at++;
  return at;
}

/** Whether the last byte that is no white space is a closing brace. */
function endsObject(bytes: Buffer): boolean {
  let last = bytes.length - 1;
  while (last > 0 && (bytes[last] ?? 0) <= 32) last--;
  return bytes[last] === CLOSING_BRACE;
}

/** `from` where no whole number begins there. */
function integerEnd(bytes: Buffer, from: number): number {
  const digits = bytes[from] === MINUS ? from + 1 : from;
  let at = digits;
  while (isDigit(bytes[at])) at++;
  return at === digits ? from : at;
}

function jsonObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    // The line's `{` can only start an object.
    return value as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
