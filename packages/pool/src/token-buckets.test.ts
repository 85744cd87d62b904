import { expect, it } from "vitest";
import { createTokenBuckets } from "./token-buckets.ts";

it("gives a burst, then no more than its rate, and says how long until the next", () => {
  const buckets = createTokenBuckets({ perSecond: 10, burst: 3 });
  expect([1, 2, 3].map(() => buckets.take("a", 0))).toEqual([0, 0, 0]);
  expect(buckets.take("a", 0)).toBeCloseTo(100);
  expect(buckets.take("a", 60)).toBeCloseTo(40);
  expect(buckets.take("a", 101)).toBe(0);
  expect(buckets.take("a", 102)).toBeGreaterThan(0);
});

it("keeps keys apart, and never fills above the burst", () => {
  const buckets = createTokenBuckets({ perSecond: 1, burst: 2 });
  expect(buckets.take("a", 0)).toBe(0);
  expect([1, 2, 3].map(() => buckets.take("b", 3_600_000) === 0)).toEqual([true, true, false]);
});

it("lets a rate below one per second through, one at a time", () => {
  const buckets = createTokenBuckets({ perSecond: 0.5 });
  expect(buckets.take("a", 0)).toBe(0);
  expect(buckets.take("a", 0)).toBeCloseTo(2000);
  expect(buckets.take("a", 2001)).toBe(0);
});

it("keeps what a key has used through the forgetting of full ones", () => {
  const buckets = createTokenBuckets({ perSecond: 1, burst: 1 });
  for (let key = 0; key < 5000; key += 1) expect(buckets.take(`key ${key}`, key)).toBe(0);
  expect(buckets.take("key 4999", 5000)).toBeGreaterThan(0);
  expect(buckets.take("key 0", 5000)).toBe(0);
});
