import type { ByteRange } from "../log/block-feed.ts";

/** A range smaller than this isn't worth a thread. */
export const MIN_RANGE_BYTES: number = 16 * 1024 * 1024;

/** Ranges of a plain file of `size` bytes, in its order, for so many workers. */
export function planRanges(
  size: number,
  workers: number,
  minBytes: number = MIN_RANGE_BYTES,
): readonly ByteRange[] {
  const count = Math.max(1, Math.min(workers, Math.floor(size / minBytes)));
  const bounds = Array.from({ length: count }, (_, index) => Math.floor((size * index) / count));
  return bounds.map((from, index) => ({
    from,
    // What is appended meanwhile is read too.
    to: bounds[index + 1] ?? Number.POSITIVE_INFINITY,
  }));
}
