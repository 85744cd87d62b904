import { expect, test } from "vitest";
import { durationText, estimateWork } from "./work-estimate.ts";

const GB = 1024 ** 3;

test("a range from a fast server to a slow disk, in words", () => {
  expect(estimateWork("rewrite", { bytes: 180 * GB, indexBytes: 60 * GB }).text).toBe(
    "rewrites 240 GB, for an estimated 36 min to 1.9 h",
  );
  expect(estimateWork("scan", { bytes: 180 * GB, indexBytes: 60 * GB }).text).toBe(
    "reads 180 GB, for an estimated 3.1 min to 25 min",
  );
  expect(estimateWork("index-build", { bytes: GB, indexBytes: GB }).text).toBe(
    "reads and sorts 1 GB, for an estimated 4.1 s to 20 s",
  );
});

test("what takes no time says so", () => {
  expect(estimateWork("scan", { bytes: 8192, indexBytes: 0 }).text).toBe(
    "reads 8 kB, for an estimated less than a second",
  );
});

test("the least is never above the most, and both grow with the table", () => {
  for (const work of ["rewrite", "scan", "index-build"] as const) {
    const small = estimateWork(work, { bytes: GB, indexBytes: GB });
    const large = estimateWork(work, { bytes: 10 * GB, indexBytes: GB });
    expect(small.least).toBeLessThan(small.most);
    expect(large.least).toBeGreaterThan(small.least);
    expect(large.most).toBeGreaterThan(small.most);
  }
});

test.each([
  [0.04, "0 s"],
  [9.96, "10 s"],
  [99.6, "1.7 min"],
  [540, "9 min"],
  [6_000, "1.7 h"],
])("%d seconds are %s", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
