import type { FileRange } from "../log/read-log.ts";

/** A range smaller than this isn't worth a thread. */
export const MIN_RANGE_BYTES: number = 16 * 1024 * 1024;

/** Ranges of the bytes `[from, end)` of a plain file of `size` bytes, in its order, for so many workers. */
export function planRanges(
  size: number,
  workers: number,
  minBytes: number = MIN_RANGE_BYTES,
  from = 0,
  end: number = Number.POSITIVE_INFINITY,
): readonly FileRange[] {
  const bytes = Math.max(0, Math.min(size, end) - from);
  const count = Math.max(1, Math.min(workers, Math.floor(bytes / minBytes)));
  const bounds = Array.from(
    { length: count },
    (_, index) => from + Math.floor((bytes * index) / count),
  );
  return bounds.map((start, index) => ({
    from: start,
    // Without an end, what is appended meanwhile is read too.
    to: bounds[index + 1] ?? Number.POSITIVE_INFINITY,
    end,
  }));
}
