import type { UnreadSink } from "../block-reader.ts";
import { lineEndAt, newLineAt } from "./line-ends.ts";
import { followsBanner, isBanner } from "./server-banner.ts";

/**
 * Skips the line at `from`, then all before the start of a record, and returns where it stopped. Other lines than a
 * server's banner and empty ones are unread. A last line that is not whole is left, unless it is the log's.
 */
export type SkipLines = (bytes: Buffer, from: number, to: number, last: boolean) => number;

/** `isStart`: whether a record begins at a line's start. */
export function createLineSkipper(
  unread: UnreadSink,
  isStart: (bytes: Buffer, at: number, to: number) => boolean,
  onBanner: () => void,
): SkipLines {
  return (bytes, from, to, last) => {
    let at = from;
    while (at < to && (at === from || !isStart(bytes, at, to))) {
      const newLine = newLineAt(bytes, at, to);
      if (newLine === -1 && !last) break;
      const next = newLine === -1 ? to : newLine + 1;
      const lineEnd = newLine === -1 ? to : lineEndAt(bytes, at, newLine);
      if (isBanner(bytes, at, lineEnd)) onBanner();
      else if (lineEnd > at && !followsBanner(bytes, at, lineEnd)) unread.unread(1, next - at);
      at = next;
    }
    return at;
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
