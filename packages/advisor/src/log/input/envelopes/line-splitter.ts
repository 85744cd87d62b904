import { MAX_BLOCK_BYTES, type UnreadSink } from "../../block-reader.ts";
import { NO_BYTES } from "../../byte-span.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

/** Cuts chunks into lines. */
export interface LineSplitter {
  /** Hands over the lines that are complete; with `last` all. */
  push(chunk: Buffer, last: boolean): void;
}

/** A line is `bytes[from, to)`, without its line break. Longer ones than {@link MAX_BLOCK_BYTES} are unread. */
export function createLineSplitter(
  onLine: (bytes: Buffer, from: number, to: number) => void,
  unread: UnreadSink,
): LineSplitter {
  /** The beginning of a line, in pieces: an endless line is not copied again with each chunk. */
  let open: Buffer[] = [];
  let openBytes = 0;

  const close = (piece: Buffer): void => {
    openBytes += piece.length;
    if (openBytes > MAX_BLOCK_BYTES) {
      unread.unread(1, openBytes);
    } else {
      const line = open.length === 0 ? piece : Buffer.concat([...open, piece]);
      hand(line, 0, line.length);
    }
    open = [];
    openBytes = 0;
  };
  const hand = (bytes: Buffer, from: number, to: number): void => {
    const end = to > from && bytes[to - 1] === CARRIAGE_RETURN ? to - 1 : to;
    onLine(bytes, from, end);
  };

  return {
    push(chunk, last) {
      let at = 0;
      let feed = chunk.indexOf(LINE_FEED);
      if (feed !== -1 && openBytes > 0) {
        close(chunk.subarray(0, feed));
        at = feed + 1;
        feed = chunk.indexOf(LINE_FEED, at);
      }
      for (; feed !== -1; feed = chunk.indexOf(LINE_FEED, at)) {
        if (feed - at <= MAX_BLOCK_BYTES) hand(chunk, at, feed);
        else unread.unread(1, feed - at);
        at = feed + 1;
      }
      if (at < chunk.length) {
        const rest = chunk.subarray(at);
        // The reader of chunks may use their memory again.
        if (openBytes + rest.length <= MAX_BLOCK_BYTES) open.push(Buffer.from(rest));
        else open = [];
        openBytes += rest.length;
      }
      if (last && openBytes > 0) close(NO_BYTES);
    },
  };
}
