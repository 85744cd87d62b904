import { expect, test } from "vitest";
import { readLimits } from "./selection-limits.ts";

const NONE = { budget: undefined, maxIndexes: undefined, timeLimit: undefined };

test("no limit where none is given", () => {
  expect(readLimits(NONE)).toEqual({});
});

test("reads sizes in powers of 1024, counts and times", () => {
  expect(readLimits({ budget: "2GB", maxIndexes: "5", timeLimit: "30s" })).toEqual({
    budgetBytes: 2 * 1024 ** 3,
    maxIndexes: 5,
    timeLimitMs: 30_000,
  });
  expect(readLimits({ budget: "1.5 mb", maxIndexes: 1, timeLimit: "2min" })).toEqual({
    budgetBytes: 1.5 * 1024 ** 2,
    maxIndexes: 1,
    timeLimitMs: 120_000,
  });
});

test.each([
  [{ budget: "2" }, '--budget is "2".'],
  [{ budget: "0MB" }, '--budget is "0MB".'],
  [{ budget: "-1GB" }, '--budget is "-1GB".'],
  [{ budget: "2 apples" }, '--budget is "2 apples".'],
  [{ maxIndexes: "0" }, '--max-indexes is "0".'],
  [{ maxIndexes: "1.5" }, '--max-indexes is "1.5".'],
  [{ maxIndexes: -3 }, '--max-indexes is "-3".'],
  [{ timeLimit: "30" }, '--time-limit is "30".'],
  [{ timeLimit: "soon" }, '--time-limit is "soon".'],
])("refuses %j", (given, message) => {
  expect(() => readLimits({ ...NONE, ...given })).toThrow(message);
});
