import { MAX_BLOCK_BYTES } from "./block-reader.ts";
import { createCsvHeadReader } from "./csvlog-head.ts";
import { createCsvRecordReader } from "./csvlog-record.ts";
import type { FormatReader } from "./log-format.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const SPACE = 32;
const MINUS = 45;

/**
 * Reads PostgreSQL's `csvlog`. A block starts at each line that looks like the first of a record, whatever the quotes
 * before it: so a file can be cut anywhere without a count of its quotes, and a record that lost its end takes none of
 * the next ones along, not even one that follows on the same line (a full disk). The price: a line inside a text that
 * looks like a record without user, database and client ends the record that it is in, which is then unread.
 */
export const csvlogReader: FormatReader = {
  isBlockStart(line) {
    return createCsvHeadReader().read(line, 0, line.length);
  },

  lexis: "postgres",

  open(_, { unread, messages, executions }) {
    const record = createCsvRecordReader(executions.names);

    /** The first record that starts behind a line break at or after `from`; -1: none does. */
    const nextStart = (bytes: Buffer, from: number): number => {
      let feed = bytes.indexOf(LINE_FEED, from);
      while (feed !== -1 && !record.isStart(feed + 1)) feed = bytes.indexOf(LINE_FEED, feed + 1);
      return feed === -1 ? -1 : feed + 1;
    };

    const unreadPiece = (bytes: Buffer, from: number, to: number): void => {
      if (from === to) return;
      const lines = record.isStart(from) ? 1 : textLines(bytes, from, to);
      if (lines > 0) unread.unread(lines, to - from);
    };

    /** Of a block: what is damaged from its start on, or follows its record. */
    const damaged = (bytes: Buffer, from: number, to: number): void => {
      let start = from;
      let at = nextTime(bytes, from + 1, to);
      while (at !== -1) {
        const end = record.read(at);
        if (end !== -1 && end <= to) {
          unreadPiece(bytes, start, at);
          messages.message(record.message);
          start = end;
        }
        at = nextTime(bytes, Math.max(at + 1, end), to);
      }
      unreadPiece(bytes, start, to);
    };

    return {
      findBlock(buffer, low, from, to) {
        const bytes = buffer.subarray(0, to);
        record.begin(bytes);
        if (from === low && record.isStart(from)) return from;
        return nextStart(bytes, Math.max(low, from - 1));
      },

      read(buffer, from, to, last) {
        const bytes = buffer.subarray(0, to);
        record.begin(bytes);
        let at = from;
        while (at < to) {
          const end = record.read(at);
          // What has no line break yet may go on.
          const isWhole = end !== -1 && (last || bytes[end - 1] === LINE_FEED);
          if (isWhole && end - at <= MAX_BLOCK_BYTES) {
            messages.message(record.message);
            at = end;
            continue;
          }
          if (!record.isStart(at)) {
            // Lines that nobody understands need not wait for the next record, however many there are.
            const lineEnd = endOfLine(bytes, at);
            if (lineEnd === to && !last && bytes[to - 1] !== LINE_FEED) break;
            if (nextTime(bytes, at, lineEnd) === -1) {
              unreadPiece(bytes, at, lineEnd);
              at = lineEnd;
              continue;
            }
          }
          const start = nextStart(bytes, at);
          if (start === -1 && !last) break;
          const next = start === -1 ? to : start;
          const cut = next - at > MAX_BLOCK_BYTES ? lastLineEnd(bytes, at) : next;
          damaged(bytes, at, cut);
          if (cut < next) unread.unread(textLines(bytes, cut, next), next - cut);
          at = next;
        }
        return at;
      },
    };
  },
};

/** The end of the line at `from`, with its line break. */
function endOfLine(bytes: Buffer, from: number): number {
  const feed = bytes.indexOf(LINE_FEED, from);
  return feed === -1 ? bytes.length : feed + 1;
}

/** The end of the last line that ends within a block's limit. */
function lastLineEnd(bytes: Buffer, from: number): number {
  return Math.max(from, bytes.lastIndexOf(LINE_FEED, from + MAX_BLOCK_BYTES - 1) + 1);
}

/** Lines of `[from, to)` that have more than a line break. */
function textLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to;) {
    const end = Math.min(endOfLine(bytes, at), to);
    if (!isBlank(bytes, at, end)) lines++;
    at = end;
  }
  return lines;
}

/** Whether a line has nothing but its line break. */
function isBlank(bytes: Buffer, from: number, to: number): boolean {
  const end = bytes[to - 1] === LINE_FEED ? to - 1 : to;
  return end === from || (end === from + 1 && bytes[from] === CARRIAGE_RETURN);
}

/** Where the next text that may be a time, `2026-11-22 10:04:54.282`, begins in `[from, to)`; -1: nowhere. */
function nextTime(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at + 10 < to; at++) {
    if (bytes[at + 4] === MINUS && bytes[at + 7] === MINUS && bytes[at + 10] === SPACE) return at;
  }
  return -1;
}
