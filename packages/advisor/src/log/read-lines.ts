import { MAX_BLOCK_BYTES } from "./block-reader.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/**
 * The lines of some input, a batch at a time, without their line breaks.
 * A line is cut at {@link MAX_BLOCK_BYTES} bytes. Each line is decoded on its own: a caller that keeps a piece of one
 * keeps that line alive, not the whole batch.
 */
export async function* readLines(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  let open: Buffer[] = [];
  let openLength = 0;
  let first = true;
  const keep = (part: Buffer): void => {
    const room = MAX_BLOCK_BYTES - openLength;
    if (part.length === 0 || room === 0) return;
    open.push(part.length > room ? part.subarray(0, room) : part);
    openLength += Math.min(part.length, room);
  };
  const close = (): string => {
    const bytes = open.length === 1 && open[0] !== undefined ? open[0] : Buffer.concat(open);
    const end =
      bytes.at(-1) === CARRIAGE_RETURN && bytes.length < MAX_BLOCK_BYTES
        ? bytes.length - 1
        : bytes.length;
    // A line that was cut is nowhere read: one character per byte, its length tells that it reached the limit.
    const text = bytes.toString(bytes.length === MAX_BLOCK_BYTES ? "latin1" : "utf8", 0, end);
    open = [];
    openLength = 0;
    const line = first ? text.replace(/^\uFEFF/, "") : text;
    first = false;
    return line;
  };

  for await (const chunk of chunks) {
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
