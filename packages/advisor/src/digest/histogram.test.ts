import fc from "fast-check";
import { expect, test } from "vitest";
import { bucketBounds, bucketOf, HISTOGRAM_ERROR, MAX_US, percentile } from "./histogram.ts";

const durations = fc.oneof(
  fc.nat({ max: 200 }),
  fc.nat({ max: 10_000_000 }),
  fc.integer({ min: 2 ** 30, max: 2 ** 33 }),
  fc.maxSafeNat().map((us) => us % (MAX_US + 1)),
);

test("a bucket holds the durations between its bounds, and buckets leave no gap", () => {
  fc.assert(
    fc.property(durations, (us) => {
      const bucket = bucketOf(us);
      const { least, greatest } = bucketBounds(bucket);
      expect(us).toBeGreaterThanOrEqual(least);
      expect(us).toBeLessThanOrEqual(greatest);
      expect(bucketOf(least)).toBe(bucket);
      expect(bucketOf(greatest)).toBe(bucket);
      expect(bucketOf(greatest + 1)).toBe(bucket + 1);
    }),
    { numRuns: 2000 },
  );
});

test("a percentile is within the stated error of the exact one", () => {
  fc.assert(
    fc.property(
      fc.array(durations, { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 1, max: 1000 }),
      (all, thousandths) => {
        const calls = new Map<number, number>();
        for (const us of all) calls.set(bucketOf(us), (calls.get(bucketOf(us)) ?? 0) + 1);
        const histogram = [...calls].toSorted(([left], [right]) => left - right);
        const share = thousandths / 1000;
        const rank = Math.max(1, Math.ceil(share * all.length));
        const exact = all.toSorted((left, right) => left - right)[rank - 1]!;
        const error = Math.abs(percentile(histogram, share)! - exact);
        expect(error).toBeLessThanOrEqual(exact * HISTOGRAM_ERROR);
      },
    ),
    { numRuns: 500 },
  );
  expect(HISTOGRAM_ERROR).toBeLessThan(0.02);
});

test("without calls there is no percentile", () => {
  expect(percentile([], 0.95)).toBeNull();
});
