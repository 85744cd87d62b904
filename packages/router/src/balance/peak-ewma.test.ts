import { expect, it } from "vitest";
import { peakEwma } from "./peak-ewma.ts";

it("follows a slow answer at once", () => {
  expect(peakEwma(2, 500, 1)).toBe(500);
});

it("forgets it over time, not by the number of answers", () => {
  let often = 500;
  for (let turn = 0; turn < 1000; turn++) often = peakEwma(often, 2, 10);
  const once = peakEwma(500, 2, 10_000);
  expect(often).toBeCloseTo(once, 5);
  expect(once).toBeGreaterThan(150);
  expect(peakEwma(500, 2, 100_000)).toBeLessThan(3);
});

it("stays what it is when clocks tell nothing", () => {
  expect(peakEwma(10, 5, 0)).toBe(10);
  expect(peakEwma(10, 5, -3)).toBe(10);
});
