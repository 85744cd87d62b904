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

/** Counts durations in milliseconds. */
export interface DurationRecorder {
  record(ms: number): void;
  snapshot(): DurationHistogram;
}

export function createDurationRecorder(): DurationRecorder {
  const counts = BOUNDS_MS.map(() => 0);
  let count = 0;
  let sumMs = 0;
  let maxMs = 0;
  return {
    record: (ms) => {
      count += 1;
      sumMs += ms;
      if (ms > maxMs) maxMs = ms;
      let at = 0;
      while (ms > (BOUNDS_MS[at] ?? Number.POSITIVE_INFINITY)) at += 1;
      counts[at] = (counts[at] ?? 0) + 1;
    },
    snapshot: () =>
      Object.freeze({
        count,
        sumMs,
        maxMs,
        boundsMs: BOUNDS_MS,
        counts: Object.freeze([...counts]),
      }),
  };
}
