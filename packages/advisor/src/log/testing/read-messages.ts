import { feedBlocks } from "../block-feed.ts";
import type { BlockReader, UnreadSink } from "../block-reader.ts";
import type { ByteSpan } from "../byte-span.ts";
import type { ExecutionSink, Names } from "../execution.ts";
import type { FormatReader } from "../log-format.ts";
import { fillFeed } from "../read-log.ts";
import type { MessageSeverity, MessageSink } from "../server-message.ts";

/** A `ServerMessage` as plain data. */
export interface PlainMessage {
  readonly severity: MessageSeverity;
  readonly at: number;
  readonly session: number;
  readonly user: string;
  readonly database: string;
  readonly application: string;
  readonly code: string;
  readonly message: string;
  readonly detail: string;
  readonly statement: string;
  readonly queryId: string;
}

export interface ReadBack {
  readonly messages: PlainMessage[];
  unreadLines: number;
  unreadBytes: number;
}

/** Reads a whole log at once. */
export function readWhole(format: FormatReader, bytes: Buffer): ReadBack {
  return readWith(format, (reader) => {
    reader.read(bytes, 0, bytes.length, true);
  });
}

/** Reads a log in two ranges, cut at any byte. */
export function readInRanges(format: FormatReader, bytes: Buffer, cut: number): ReadBack {
  const first = readWith(format, (reader) => {
    const next = reader.findBlock(bytes, 0, cut, bytes.length);
    reader.read(bytes, 0, next === -1 ? bytes.length : next, true);
  });
  const second = readWith(format, (reader) => {
    const start = reader.findBlock(bytes, 0, cut, bytes.length);
    if (start !== -1) reader.read(bytes, start, bytes.length, true);
  });
  return {
    messages: [...first.messages, ...second.messages],
    unreadLines: first.unreadLines + second.unreadLines,
    unreadBytes: first.unreadBytes + second.unreadBytes,
  };
}

/** Reads a log as its bytes come in, `size` at a time, at another place of the memory each time. */
export function readInChunks(format: FormatReader, bytes: Buffer, size: number): ReadBack {
  return readWith(format, (reader) => {
    let open = Buffer.alloc(0);
    for (let at = 0; at < bytes.length; at += size) {
      const chunk = bytes.subarray(at, at + size);
      // What is before and behind must not matter.
      const memory = Buffer.concat([Buffer.from('"\n{'), open, chunk, Buffer.from('"\n,\\')]);
      const to = memory.length - 4;
      const left = reader.read(memory, 3, to, at + size >= bytes.length);
      open = memory.subarray(left, to);
    }
  });
}

/** Reads a log as it comes in from a stream, `size` bytes at a time. */
export function readThroughFeed(format: FormatReader, bytes: Buffer, size: number): ReadBack {
  return readWith(format, (reader, unread) => {
    const feed = feedBlocks(reader, unread);
    for (let at = 0; at < bytes.length; at += size) {
      fillFeed(feed, bytes.subarray(at, at + size));
    }
    feed.end();
  });
}

function readWith(
  format: FormatReader,
  read: (reader: BlockReader, unread: UnreadSink) => void,
): ReadBack {
  const back: ReadBack = { messages: [], unreadLines: 0, unreadBytes: 0 };
  const names = { user: collectNames(), database: collectNames(), application: collectNames() };
  const messages: MessageSink = {
    message(message) {
      back.messages.push({
        severity: message.severity,
        at: message.at,
        session: message.session,
        user: names.user.texts[message.user] ?? "?",
        database: names.database.texts[message.database] ?? "?",
        application: names.application.texts[message.application] ?? "?",
        code: textOf(message.code),
        message: textOf(message.message),
        detail: textOf(message.detail),
        statement: textOf(message.statement),
        queryId: textOf(message.queryId),
      });
    },
    lateField: notCalled,
  };
  const executions: ExecutionSink = {
    names,
    shapeOf: notCalled,
    keyOf: notCalled,
    execution: notCalled,
    failure: notCalled,
    plan: notCalled,
    event: notCalled,
    record: notCalled,
  };
  const unread = {
    unread(lines: number, bytes: number): void {
      back.unreadLines += lines;
      back.unreadBytes += bytes;
    },
  };
  read(
    format.open({ name: "stderr", envelope: null, prefixes: [] }, { unread, messages, executions }),
    unread,
  );
  return back;
}

function notCalled(): never {
  throw new Error("A reader of messages has nothing to tell here");
}

function collectNames(): Names {
  const texts = [""];
  return {
    texts,
    idOf(bytes, from, to) {
      const text = bytes.toString("utf8", from, to);
      const known = texts.indexOf(text);
      return known === -1 ? texts.push(text) - 1 : known;
    },
  };
}

function textOf(span: ByteSpan): string {
  return span.bytes.toString("utf8", span.from, span.to);
}
