import { describe, expect, test } from "vitest";
import {
  formatBytes,
  formatCost,
  formatCostChange,
  formatCount,
  formatDuration,
  formatPlural,
} from "./units.ts";

describe("units", () => {
  test.each([
    [0, "0"],
    [999, "999"],
    [1000, "1,000"],
    [12_406_113, "12,406,113"],
    [-1234, "-1,234"],
    [1e15, "1,000,000,000,000,000"],
  ])("count %d is %s", (value, text) => {
    expect(formatCount(value)).toBe(text);
  });

  test.each([
    [0, "0 ms"],
    [0.42, "0.42 ms"],
    [0.000_4, "0.0004 ms"],
    [1e-9, "0 ms"],
    [8.44, "8.4 ms"],
    [840, "840 ms"],
    [999.96, "1 s"],
    [12_500, "12.5 s"],
    [59_999, "1 min"],
    [2_460_000, "41 min"],
    [11_530_000, "3.2 h"],
    [172_800_000, "2 days"],
    [604_800_000, "7 days"],
  ])("%d ms is %s", (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  test.each([
    [0, "0 bytes"],
    [1023, "1,023 bytes"],
    [8192, "8 kB"],
    [1_048_576, "1 MB"],
    [1_503_238_553, "1.4 GB"],
    [3e15, "2,728 TB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  test.each([
    [41_203.12, 8.45, "41,203 → 8.45 (4,876x lower)"],
    [17.2, 22.4, "17.2 → 22.4 (1.3x higher)"],
    [8.44, 8.44, "8.44 (unchanged)"],
    [100, 99.5, "100 → 99.5 (1.005x lower)"],
    [0, 4, "0 → 4"],
    [4, 0, "4 → 0"],
  ])("cost %d to %d is %s", (before, after, text) => {
    expect(formatCostChange(before, after)).toBe(text);
  });

  test("small costs keep two decimals", () => {
    expect(formatCost(0.015)).toMatch(/^0\.0[12]$/);
    expect(formatCost(99.999)).toBe("100");
  });

  test("one is singular", () => {
    expect(formatPlural(1, "query", "queries")).toBe("1 query");
    expect(formatPlural(0, "query", "queries")).toBe("0 queries");
  });
});
