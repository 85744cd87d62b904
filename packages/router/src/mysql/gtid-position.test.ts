import { expect, test } from "vitest";
import {
  coversPosition,
  formatGtidPosition,
  mergePositions,
  newestOfDomains,
  parseGtidPosition,
  positionWithHistory,
} from "./gtid-position.ts";

const covers = (bound: string, wanted: string) =>
  coversPosition(parseGtidPosition(bound), parseGtidPosition(wanted));

test.each([
  ["0-1-100", "0-1-100", "reached"],
  ["0-1-101", "0-1-100", "reached"],
  ["0-1-99", "0-1-100", "behind"],
  ["", "0-1-1", "behind"],
  ["", "", "reached"],
  // Another domain has numbers of its own.
  ["0-1-100", "7-1-1", "behind"],
  ["0-1-100,7-1-1", "0-1-100,7-1-1", "reached"],
  // After a failover: another server's number is beyond it, which says nothing of the write.
  ["0-2-100", "0-1-100", "unknown"],
  ["0-2-105", "0-1-100", "unknown"],
  ["0-2-99", "0-1-100", "behind"],
  // What the server knows of those before: it has 98 and no 99.
  ["0-1-98,0-2-105", "0-1-98", "reached"],
  ["0-1-98,0-2-105", "0-1-99", "unknown"],
  // A scope that wrote before and after the failover needs both.
  ["0-1-98,0-2-105", "0-1-98,0-2-105", "reached"],
  ["0-1-98,0-2-105", "0-1-98,0-2-106", "behind"],
] as const)("at %s, %s is %s", (bound, wanted, coverage) => {
  expect(covers(bound, wanted)).toBe(coverage);
});

test("merged, each server's newest of each domain is kept", () => {
  const merge = (a: string, b: string) =>
    formatGtidPosition(mergePositions(parseGtidPosition(a), parseGtidPosition(b)));
  expect(merge("0-1-100", "0-1-99")).toBe("0-1-100");
  expect(merge("0-1-100,5-1-3", "0-2-99")).toBe("0-1-100,0-2-99,5-1-3");
  expect(formatGtidPosition(newestOfDomains(parseGtidPosition("0-1-100,0-2-99,5-1-3")))).toBe(
    "0-1-100,5-1-3",
  );
});

// Trap: a transaction is in the binary log before it is committed.
test("of the history counts only what lies before the position", () => {
  const place = (current: string, history: string) =>
    formatGtidPosition(positionWithHistory(parseGtidPosition(current), parseGtidPosition(history)));
  expect(place("0-2-105", "0-1-98,0-2-106")).toBe("0-1-98,0-2-105");
  expect(place("0-1-98", "0-1-98,0-2-99")).toBe("0-1-98");
  expect(place("", "0-1-1")).toBe("");
});

test.each(["x", "0-1", "0-1-1;drop", "0-1--1"])("%s is no position", (text) => {
  expect(() => parseGtidPosition(text)).toThrow("Not a GTID position");
});
