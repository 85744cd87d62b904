import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { MAX_RECORD_LENGTH } from "./log-record.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * The lines of some input, a batch at a time, without their line breaks; compressed input is known by its first bytes.
 * A line is cut at {@link MAX_RECORD_LENGTH} bytes. Each line is decoded on its own: a caller that keeps a piece of one
 * keeps that line alive, not the whole batch.
 */
export async function* readLines(
  input: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly string[]> {
  let open: Buffer[] = [];
  let openLength = 0;
  let first = true;
  const keep = (part: Buffer): void => {
    const room = MAX_RECORD_LENGTH - openLength;
    if (part.length === 0 || room === 0) return;
    open.push(part.length > room ? part.subarray(0, room) : part);
    openLength += Math.min(part.length, room);
  };
  const close = (): string => {
    const bytes = open.length === 1 && open[0] !== undefined ? open[0] : Buffer.concat(open);
    const end =
      bytes.at(-1) === CARRIAGE_RETURN && bytes.length < MAX_RECORD_LENGTH
        ? bytes.length - 1
        : bytes.length;
    // A line that was cut is nowhere read: one character per byte, its length tells that it reached the limit.
    const text = bytes.toString(bytes.length === MAX_RECORD_LENGTH ? "latin1" : "utf8", 0, end);
    open = [];
    openLength = 0;
    const line = first ? text.replace(/^\uFEFF/, "") : text;
    first = false;
    return line;
  };

  for await (const chunk of decompressed(input)) {
    const lines: string[] = [];
    let from = 0;
    for (let to = chunk.indexOf(LINE_FEED); to !== -1; to = chunk.indexOf(LINE_FEED, from)) {
      keep(chunk.subarray(from, to));
      lines.push(close());
      from = to + 1;
    }
    keep(chunk.subarray(from));
    if (lines.length > 0) yield lines;
  }
  if (openLength > 0) yield [close()];
}

async function* decompressed(input: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  const iterator = input[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const { value, done } = await iterator.next();
    if (done === true) break;
    head = Buffer.concat([head, value]);
  }
  const bytes = joined(head, { [Symbol.asyncIterator]: () => iterator });
  if (head[0] === 0x1f && head[1] === 0x8b) {
    // The stream itself throws on damage where it is read, so the callback has nothing to add.
    yield* pipeline(Readable.from(bytes, { objectMode: false }), createGunzip(), () => {});
  } else {
    yield* bytes;
  }
}

async function* joined(head: Buffer, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head;
  for await (const chunk of rest)
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
}
