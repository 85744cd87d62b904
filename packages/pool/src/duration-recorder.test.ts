import { expect, it } from "vitest";
import { createDurationRecorder } from "./duration-recorder.ts";

it("counts each duration in the bucket that it fits, bounds included", () => {
  const recorder = createDurationRecorder();
  for (const ms of [0, 0.1, 0.11, 1, 59_999, 60_000, 60_001, 1e9]) recorder.record(ms);
  const { count, sumMs, maxMs, boundsMs, counts } = recorder.snapshot();
  const filled = boundsMs.flatMap((bound, at) => (counts[at] ? [[bound, counts[at]]] : []));
  expect(filled).toEqual([
    [0.1, 2],
    [0.2, 1],
    [1, 1],
    [60_000, 2],
    [Infinity, 2],
  ]);
  expect(count).toBe(8);
  expect(maxMs).toBe(1e9);
  expect(sumMs).toBeCloseTo(1_000_180_001.21);
});

it("gives snapshots that stay as they are", () => {
  const recorder = createDurationRecorder();
  const before = recorder.snapshot();
  recorder.record(5);
  expect(before.count).toBe(0);
  expect(Object.isFrozen(before) && Object.isFrozen(before.counts)).toBe(true);
});
