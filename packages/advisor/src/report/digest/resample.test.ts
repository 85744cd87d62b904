import fc from "fast-check";
import { expect, test } from "vitest";
import type { TimeBucket } from "../../digest/digest.ts";
import { resample, timeTicks } from "./resample.ts";

const MINUTE = 60_000;

test("widens buckets to a round step, and fills what is empty", () => {
  const span = [bucket(3 * MINUTE, 1), bucket(64 * MINUTE, 2)];
  const series = resample(span, { span, bucketMs: MINUTE, most: 10 });
  expect(series?.stepMs).toBe(10 * MINUTE);
  expect(series?.buckets.map(({ at, calls }) => [at / MINUTE, calls])).toEqual([
    [0, 1],
    [10, 0],
    [20, 0],
    [30, 0],
    [40, 0],
    [50, 0],
    [60, 2],
  ]);
  expect(timeTicks(series!, 4).map(({ place, text }) => [place, text])).toEqual([
    [0, "00:00"],
    [3, "00:30"],
    [6, "01:00"],
  ]);
});

test("nothing has no series", () => {
  expect(resample([], { span: [], bucketMs: MINUTE, most: 10 })).toBeNull();
});

test("loses no execution, and never has too many steps", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1e6, max: 1e8 }), { minLength: 1 }),
      fc.constantFrom(1000, 7000, MINUTE, 300_000, 86_400_000),
      fc.integer({ min: 2, max: 120 }),
      (starts, bucketMs, most) => {
        const span = starts.map((start) => bucket(start * bucketMs, 1));
        const series = resample(span, { span, bucketMs, most });
        const calls = series!.buckets.reduce((sum, each) => sum + each.calls, 0);
        expect(calls).toBe(starts.length);
        expect(series!.buckets.length).toBeLessThanOrEqual(most + 1);
        expect(timeTicks(series!, 4).length).toBeLessThanOrEqual(5);
      },
    ),
    { seed: 8 },
  );
});

function bucket(at: number, calls: number): TimeBucket {
  return { at, calls, errors: 0, rows: 0, totalUs: 0 };
}
