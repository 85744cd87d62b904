import type { DurationHistogram } from "./pool-stats.ts";

const BOUNDS_MS: readonly number[] = Object.freeze([
  0.1,
  0.2,
  0.5,
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1000,
  2000,
  5000,
  10_000,
  30_000,
  60_000,
  Number.POSITIVE_INFINITY,
]);

const LIMITS: Float64Array = Float64Array.from(BOUNDS_MS);
const SUM = 0;
const MAX = 1;

/** Counts durations in milliseconds. */
export interface DurationRecorder {
  record(ms: number): void;
  snapshot(): DurationHistogram;
}

export function createDurationRecorder(): DurationRecorder {
  const counts = new Float64Array(BOUNDS_MS.length);
  let count = 0;
  // Numbers in a typed array are changed in place; a variable would be allocated anew for each fraction.
  const totals = new Float64Array(2);
  return {
    record: (ms) => {
      count += 1;
      totals[SUM] = (totals[SUM] ?? 0) + ms;
      if (ms > (totals[MAX] ?? 0)) totals[MAX] = ms;
      let at = 0;
      while (ms > (LIMITS[at] ?? Number.POSITIVE_INFINITY)) at += 1;
      counts[at] = (counts[at] ?? 0) + 1;
    },
    snapshot: () =>
      Object.freeze({
        count,
        sumMs: totals[SUM] ?? 0,
        maxMs: totals[MAX] ?? 0,
        boundsMs: BOUNDS_MS,
        counts: Object.freeze([...counts]),
      }),
  };
}
