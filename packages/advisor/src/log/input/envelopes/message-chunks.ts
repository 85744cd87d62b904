import { MAX_BLOCK_BYTES, type UnreadSink } from "../../block-reader.ts";
import { appendByte, appendBytes, type ByteOutput, createByteOutput } from "./byte-output.ts";
import type { InnerLog } from "./envelope.ts";
import { createInnerLines } from "./inner-lines.ts";

/** Puts the messages together that PostgreSQL cut into several for syslog: `[n-m]`, chunk m of a process's message n. */
export interface MessageChunks {
  chunk(chunk: Chunk): void;
  /** Writes all messages. */
  end(): void;
}

/** One object may be used again and again. */
export interface Chunk {
  process: string;
  /** n, or -1 without `syslog_sequence_numbers`. */
  message: number;
  /** m, from 1. */
  number: number;
  /** What {@link ENVELOPE_PREFIX} prints. */
  stamp: string;
  bytes: Buffer;
  from: number;
  to: number;
}

interface OpenMessage {
  message: number;
  chunks: number;
  stamp: string;
  readonly text: ByteOutput;
  /** Of the last chunk. */
  lastLength: number;
  isOneWord: boolean;
  /** Of the chunk that came last, in chunks of all processes. */
  touched: number;
  /** Chunks that have no place: one before them is lost. */
  lostLines: number;
  lostBytes: number;
}

/** elog.c, `PG_SYSLOG_LIMIT`: longer lines are cut between two words, else anywhere. */
const MAX_CHUNK_BYTES = 900;
/** A chunk ends with a whole character, of at most four bytes. */
const FULL_BYTES = MAX_CHUNK_BYTES - 3;
/** Chunks of other processes after which a message is over: its process writes all of it at once. */
const PATIENCE = 512;

const LINE_FEED = 10;
const BLANK = 32;
const TAB = 9;

export function createMessageChunks(
  output: ByteOutput,
  inner: InnerLog,
  unread: UnreadSink,
): MessageChunks {
  const lines = createInnerLines(output, inner);
  /** By process, the one touched longest ago first. */
  const open = new Map<string, OpenMessage>();
  const spare: OpenMessage[] = [];
  let count = 0;

  const close = (process: string, message: OpenMessage): void => {
    open.delete(process);
    const { text } = message;
    if (message.lostBytes > 0) {
      unread.unread(message.lostLines + message.chunks, message.lostBytes + text.length);
    } else {
      lines.write(text.bytes, 0, text.length, message.stamp);
    }
    text.length = 0;
    // Memory of a long one is given back.
    if (text.bytes.length <= MAX_SPARE_BYTES) spare.push(message);
  };

  return {
    chunk(chunk) {
      count++;
      let message = open.get(chunk.process);
      const begins = chunk.number === 1 || chunk.message !== message?.message;
      if (message !== undefined && begins) {
        close(chunk.process, message);
        message = undefined;
      }
      if (message === undefined) {
        message = spare.pop() ?? newMessage();
        begin(message, chunk);
      } else {
        // Moves to the end.
        open.delete(chunk.process);
        continueWith(message, chunk);
      }
      message.touched = count;
      open.set(chunk.process, message);
      for (const [process, oldest] of open) {
        if (count - oldest.touched < PATIENCE) break;
        close(process, oldest);
      }
    },
    end() {
      for (const [process, message] of open) close(process, message);
    },
  };
}

const MAX_SPARE_BYTES = 64 * 1024;

function newMessage(): OpenMessage {
  return {
    message: 0,
    chunks: 0,
    stamp: "",
    text: createByteOutput(),
    lastLength: 0,
    isOneWord: false,
    touched: 0,
    lostLines: 0,
    lostBytes: 0,
  };
}

function begin(message: OpenMessage, chunk: Chunk): void {
  message.message = chunk.message;
  message.chunks = 0;
  message.stamp = chunk.stamp;
  message.lostLines = 0;
  message.lostBytes = 0;
  message.text.length = 0;
  if (chunk.number === 1) append(message, chunk);
  else lose(message, chunk);
}

function continueWith(message: OpenMessage, chunk: Chunk): void {
  const isNext =
    message.lostBytes === 0 &&
    chunk.number === message.chunks + 1 &&
    message.text.length + chunk.to - chunk.from < MAX_BLOCK_BYTES;
  if (!isNext) {
    lose(message, chunk);
    return;
  }
  if (!isCutLine(message, chunk)) appendByte(message.text, LINE_FEED);
  append(message, chunk);
}

function append(message: OpenMessage, { bytes, from, to }: Chunk): void {
  appendBytes(message.text, bytes, from, to);
  message.chunks++;
  message.lastLength = to - from;
  message.isOneWord = wordEnd(bytes, from + 1, to) === to;
}

function lose(message: OpenMessage, { from, to }: Chunk): void {
  message.lostLines++;
  message.lostBytes += to - from + 1;
}

/**
 * Whether a line was cut because it was too long, rather than ended: between words, and the next one had no room, or
 * because it is all one word. Further lines of a text begin with a TAB, and a cut before a TAB can't be told from them.
 */
function isCutLine({ lastLength, isOneWord }: OpenMessage, { bytes, from, to }: Chunk): boolean {
  if (bytes[from] !== BLANK) return bytes[from] !== TAB && isOneWord && lastLength >= FULL_BYTES;
  return lastLength + wordEnd(bytes, from + 1, to) - from >= MAX_CHUNK_BYTES;
}

function wordEnd(bytes: Buffer, from: number, to: number): number {
  let end = from;
  while (end < to && bytes[end] !== BLANK && bytes[end] !== TAB) end++;
  return end;
}
