import { type BlockReader, MAX_BLOCK_BYTES, type UnreadSink } from "./block-reader.ts";

const LINE_FEED = 10;
/** Bytes before a place that a reader may look back at. */
export const LOOK_BACK_BYTES = 4096;
/** Room for bytes to come, at least. */
const ROOM_BYTES = 512 * 1024;
/** For what is left of a block when its other bytes are asked for. */
const REST_BYTES = 64 * 1024;

/** Which blocks of an input are read: those that start in `[from, to)`. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

/** Brings bytes to a reader, in pieces of any size. The memory that it takes doesn't grow with the input. */
export interface BlockFeed {
  /** Where the next bytes are to be written; what it held before has been read. */
  room(): Buffer;
  /** So many bytes were written to the room. True: all blocks of the range have been read. */
  filled(bytes: number): boolean;
  /** The input has ended. */
  end(): void;
}

/**
 * Feeds a reader with an input whose first byte is at `offset`: the start of `range`, or {@link LOOK_BACK_BYTES} before it.
 * A block longer than {@link MAX_BLOCK_BYTES} is read up to the last line that ends within them; its rest is unread.
 */
export function feedBlocks(
  reader: BlockReader,
  unread: UnreadSink,
  range: ByteRange = { from: 0, to: Number.POSITIVE_INFINITY },
  offset = 0,
): BlockFeed {
  let buffer = Buffer.allocUnsafe(REST_BYTES + ROOM_BYTES);
  let used = 0;
  /** What is before has been read or given up. */
  let start = range.from - offset;
  /** Place of the buffer's first byte in the input. */
  let base = offset;
  let mode: "read" | "seek" | "skip" | "done" = range.from === 0 ? "read" : "seek";
  /** Of a block that is given up, in skip mode. */
  let skippedLines = 0;
  let skippedBytes = 0;

  function makeRoom(): void {
    const keepFrom = Math.max(0, Math.min(start, used) - LOOK_BACK_BYTES);
    if (keepFrom > 0) {
      buffer.copyWithin(0, keepFrom, used);
      used -= keepFrom;
      start -= keepFrom;
      base += keepFrom;
    }
    if (buffer.length - used >= ROOM_BYTES) return;
    const larger = Buffer.allocUnsafe(2 * used + ROOM_BYTES);
    buffer.copy(larger, 0, 0, used);
    buffer = larger;
  }

  function skip(to: number): void {
    for (let at = buffer.indexOf(LINE_FEED, start); at !== -1 && at < to;) {
      skippedLines += 1;
      at = buffer.indexOf(LINE_FEED, at + 1);
    }
    skippedBytes += to - start;
    start = to;
  }

  function endSkip(): void {
    // A last line without a line break is one too.
    const isCut = buffer[start - 1] !== LINE_FEED;
    if (skippedBytes > 0) unread.unread(skippedLines + (isCut ? 1 : 0), skippedBytes);
    skippedLines = 0;
    skippedBytes = 0;
  }

  /** Looks for the next block in seek and skip mode. */
  function find(last: boolean): void {
    const low = Math.max(0, start - LOOK_BACK_BYTES);
    const place = start < used ? reader.findBlock(buffer, low, start, used) : -1;
    // Whether a block starts in the last line, which may be cut, can't be told yet.
    const lineStart = Math.max(start, buffer.lastIndexOf(LINE_FEED, used - 1) + 1);
    const isTold = last || used - lineStart > MAX_BLOCK_BYTES;
    const told = place !== -1 ? place : isTold ? used : lineStart;
    if (mode === "skip") {
      skip(told);
      if (place !== -1 || last) endSkip();
    }
    start = told;
    if (place !== -1) mode = base + place >= range.to ? "done" : "read";
    else if (base + start >= range.to && mode === "seek") mode = "done";
  }

  function read(last: boolean): void {
    const limit = range.to - base;
    let to = used;
    let isLast = last;
    if (limit <= used) {
      const low = Math.max(0, limit - LOOK_BACK_BYTES);
      const next = limit < used ? reader.findBlock(buffer, low, Math.max(limit, start), used) : -1;
      if (next !== -1) {
        to = next;
        isLast = true;
        mode = "done";
      }
    }
    while (to - start > MAX_BLOCK_BYTES) {
      const most = start + MAX_BLOCK_BYTES;
      const left = reader.read(buffer, start, most, false);
      if (left === start) {
        giveUp(most);
        return;
      }
      start = left;
    }
    start = reader.read(buffer, start, to, isLast);
  }

  /** The block that starts here is too long: its first lines are read, up to `most`. */
  function giveUp(most: number): void {
    const end = buffer.lastIndexOf(LINE_FEED, most - 1) + 1;
    if (end > start) start = reader.read(buffer, start, end, true);
    else skip(most);
    mode = "skip";
  }

  function go(last: boolean): void {
    let before: string;
    do {
      before = mode;
      if (mode === "seek" || mode === "skip") find(last);
      else if (mode === "read") read(last);
    } while (mode !== before && mode !== "done");
  }

  return {
    room() {
      makeRoom();
      return buffer.subarray(used);
    },
    filled(bytes) {
      used += bytes;
      go(false);
      return mode === "done";
    },
    end() {
      if (mode === "skip" && start === used) endSkip();
      else if (start < used || mode === "read") go(true);
    },
  };
}
