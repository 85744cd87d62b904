import { closeSync, openSync, readSync } from "node:fs";
import type { BlockReader, UnreadSink } from "./block-reader.ts";
import { type BlockFeed, type ByteRange, feedBlocks, LOOK_BACK_BYTES } from "./block-feed.ts";

/** Bytes between two calls of `progress`. */
const PROGRESS_BYTES = 16 * 1024 * 1024;

/** A range of a file of which nothing from `end` on is read, as if it were not there. */
export interface FileRange extends ByteRange {
  readonly end: number;
}

/** Reads a range of a plain file: the blocks that start in it. `progress` is told the bytes read since its last call. */
export function readFileRange(
  path: string,
  range: FileRange,
  reader: BlockReader,
  unread: UnreadSink,
  progress: (bytes: number) => void,
): void {
  const file = openSync(path, "r");
  try {
    let position = Math.max(0, range.from - LOOK_BACK_BYTES);
    const feed = feedBlocks(reader, unread, range, position);
    let told = range.from;
    for (;;) {
      const room = feed.room();
      const most = Math.min(room.length, range.end - position);
      const bytes = most > 0 ? readSync(file, room, 0, most, position) : 0;
      position += bytes;
      const end = Math.min(position, range.to);
      if (end - told >= PROGRESS_BYTES) {
        progress(end - told);
        told = end;
      }
      if (bytes === 0) {
        feed.end();
        break;
      }
      if (feed.filled(bytes)) break;
    }
    if (Math.min(position, range.to) > told) progress(Math.min(position, range.to) - told);
  } finally {
    closeSync(file);
  }
}

/** Hands a chunk of any size to a feed. */
export function fillFeed(feed: BlockFeed, chunk: Buffer): void {
  for (let at = 0; at < chunk.length;) {
    const room = feed.room();
    const bytes = chunk.copy(room, 0, at);
    feed.filled(bytes);
    at += bytes;
  }
}
