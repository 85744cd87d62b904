import { MAX_BLOCK_BYTES } from "./block-reader.ts";
import { skipByteOrderMark } from "./byte-order-mark.ts";
import { createJsonRecordReader, type JsonRecordReader } from "./jsonlog-record.ts";
import type { FormatReader } from "./log-format.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const OPENING_BRACE = 123;
/** A record as PostgreSQL begins it: inside a text its quotes would have backslashes. */
const FIRST_KEY = Buffer.from('{"timestamp":"');

/**
 * Reads PostgreSQL's `jsonlog`: one JSON object per line, so that every line is a block of its own. A line that lost its
 * end, and with it the line break (a full disk), has the next record behind it: that one is read.
 */
export const jsonlogReader: FormatReader = {
  isBlockStart(line) {
    const record = createJsonRecordReader({
      user: NO_NAMES,
      database: NO_NAMES,
      application: NO_NAMES,
    });
    record.begin(line);
    return isRecord(record, line, skipByteOrderMark(line, 0), line.length);
  },

  lexis: "postgres",

  open(_, { unread, messages, executions }) {
    const record = createJsonRecordReader(executions.names);

    const line = (bytes: Buffer, from: number, to: number, next: number): void => {
      if (isRecord(record, bytes, skipByteOrderMark(bytes, from), to)) {
        messages.message(record.message);
        return;
      }
      const behind = from + bytes.subarray(from, to).lastIndexOf(FIRST_KEY);
      if (behind > from && record.read(behind, to)) {
        unread.unread(1, behind - from);
        messages.message(record.message);
      } else {
        unread.unread(1, next - from);
      }
    };

    return {
      findBlock(bytes, low, from, to) {
        if (from >= to) return -1;
        if (from === low || bytes[from - 1] === LINE_FEED) return from;
        const feed = bytes.indexOf(LINE_FEED, from);
        return feed === -1 || feed + 1 >= to ? -1 : feed + 1;
      },

      read(buffer, from, to, last) {
        const bytes = buffer.length === to ? buffer : buffer.subarray(0, to);
        record.begin(bytes);
        let at = from;
        while (at < to) {
          const feed = bytes.indexOf(LINE_FEED, at);
          if (feed === -1 && !last) break;
          const next = feed === -1 ? to : feed + 1;
          let end = feed === -1 ? to : feed;
          if (end > at && bytes[end - 1] === CARRIAGE_RETURN) end--;
          if (next - at > MAX_BLOCK_BYTES) unread.unread(1, next - at);
          else if (end > at) line(bytes, at, end, next);
          at = next;
        }
        return at;
      },
    };
  },
};

const NO_NAMES = { idOf: () => 0, texts: [] };

function isRecord(record: JsonRecordReader, bytes: Buffer, from: number, to: number): boolean {
  return bytes[from] === OPENING_BRACE && record.read(from, to);
}
