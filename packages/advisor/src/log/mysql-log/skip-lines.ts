import { MAX_BLOCK_BYTES, type UnreadSink } from "../block-reader.ts";
import { followsBanner, isBanner, lineEndAt, newLineAt } from "./server-banner.ts";

/** Skips lines that belong to no record. */
export interface LineSkipper {
  /** Whether it is within a line that is longer than any block, or in such a block. */
  isSkipping(): boolean;
  /**
   * Skips the line at `from`, then all before the start of a record, and returns where it stopped. Other lines than a
   * server's banner and empty ones are unread. A line that is not whole is left, as long as a block may be.
   */
  skip(bytes: Buffer, from: number, to: number, last: boolean): number;
}

/** `isStart`: whether a record begins at a line's start; */
export function createLineSkipper(
  unread: UnreadSink,
  isStart: (bytes: Buffer, at: number, to: number) => boolean,
  onBanner: () => void,
): LineSkipper {
  let isSkipping = false;

  return {
    isSkipping: () => isSkipping,
    skip(bytes, from, to, last) {
      let at = from;
      while (at < to) {
        if (!isSkipping && at > from && isStart(bytes, at, to)) break;
        const newLine = newLineAt(bytes, at, to);
        if (newLine === -1 && !last) {
          if (to - at <= MAX_BLOCK_BYTES && !isSkipping) break;
          unread.unread(0, to - at);
          isSkipping = true;
          return to;
        }
        const next = newLine === -1 ? to : newLine + 1;
        const lineEnd = newLine === -1 ? to : lineEndAt(bytes, at, newLine);
        if (isSkipping) unread.unread(1, next - at);
        else if (isBanner(bytes, at, lineEnd)) onBanner();
        else if (lineEnd > at && !followsBanner(bytes, at, lineEnd)) unread.unread(1, next - at);
        isSkipping = false;
        at = next;
      }
      return at;
    },
  };
}

/** Lines in `bytes[from, to)`, with one that lacks its break. */
export function countLines(bytes: Buffer, from: number, to: number): number {
  let lines = 0;
  let at = from;
  while (at < to) {
    const newLine = newLineAt(bytes, at, to);
    lines++;
    if (newLine === -1) break;
    at = newLine + 1;
  }
  return lines;
}
