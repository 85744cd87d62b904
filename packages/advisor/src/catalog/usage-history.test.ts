import { describe, expect, test } from "vitest";
import { tableKey } from "./catalog.ts";
import {
  breakBetween,
  indexHistory,
  scansPerDay,
  type UsageRecord,
  usageHistory,
} from "./usage-history.ts";

const A = tableKey({ schema: "public", name: "a" });
const BUSY = tableKey({ schema: "public", name: "busy" });
const START = Date.parse("2026-01-01T00:00:00Z");

function day(number: number): string {
  return new Date(START + number * 86_400_000).toISOString();
}

/** A reading of that day: `a` with so many scans (`null`: it is not there), and a busy index. */
function reading(
  number: number,
  scans: number | null,
  more: Partial<UsageRecord> & { readonly busy?: number } = {},
): UsageRecord {
  const { busy = number * 100, ...rest } = more;
  const counts = (count: number): { scans: number; tuplesRead: number; lastScan: null } => ({
    scans: count,
    tuplesRead: count,
    lastScan: null,
  });
  return {
    node: "db1",
    role: "primary",
    at: day(number),
    since: day(-100),
    incarnation: "a/1",
    standbys: 0,
    indexes: new Map([
      [BUSY, counts(busy)],
      ...(scans === null ? [] : [[A, counts(scans)] as const]),
    ]),
    sequences: new Map(),
    ...rest,
  };
}

function historyOfA(...records: readonly UsageRecord[]): ReturnType<typeof indexHistory> {
  return indexHistory(usageHistory(records).get("db1") ?? [], [A]);
}

describe("what breaks a span", () => {
  const before = reading(0, 5, { busy: 100 });
  test.each<[string, UsageRecord, RegExp]>([
    ["a reset", reading(1, 5, { since: day(0.5), busy: 100 }), /began anew/],
    ["a start that is no longer known", reading(1, 5, { since: null, busy: 100 }), /began anew/],
    ["a counter that went down", reading(1, 5, { busy: 99 }), /public\.busy went down/],
    ["a promotion", reading(1, 5, { incarnation: "a/2", busy: 100 }), /promoted/],
    ["another server", reading(1, 5, { incarnation: "b/1", busy: 100 }), /another server/],
    ["another role", reading(1, 5, { role: "replica", busy: 100 }), /became a replica/],
  ])("%s", (_, after, reason) => {
    expect(breakBetween(before, after)).toMatch(reason);
  });

  test("nothing else: a server that tells more than before, an index more or less, equal counters", () => {
    expect(breakBetween(before, reading(1, null, { busy: 100 }))).toBeNull();
    expect(breakBetween(before, reading(1, 5, { incarnation: null, busy: 100 }))).toBeNull();
    const blind = { ...before, since: null };
    expect(breakBetween(blind, reading(1, 5, { busy: 100 }))).toBeNull();
    expect(breakBetween(blind, reading(1, 5, { since: day(0.5), busy: 100 }))).not.toBeNull();
  });
});

test("an index that was never scanned is quiet since the counters began", () => {
  expect(historyOfA(reading(0, 0), reading(1, 0))).toEqual({
    quiet: { from: day(-100), to: day(1), days: 101 },
    used: null,
    appeared: null,
  });
});

test("an index that was scanned is quiet since the last reading that shows growth", () => {
  expect(historyOfA(reading(0, 3), reading(1, 9), reading(2, 9), reading(12, 9))).toEqual({
    quiet: { from: day(1), to: day(12), days: 11 },
    used: { after: day(0), before: day(1) },
    appeared: null,
  });
});

test("the longest span counts, and no span is joined to another over a reset", () => {
  const reset = { since: day(38) };
  const history = historyOfA(
    reading(0, 7),
    reading(35, 7),
    reading(39, 0, { ...reset, busy: 1 }),
    reading(40, 0, { ...reset, busy: 2 }),
  );
  expect(history?.quiet).toEqual({ from: day(0), to: day(35), days: 35 });
  expect(history?.used).toEqual({ after: day(-100), before: day(0) });
});

test("a scan before the reset ends the quiet, however long it was quiet before", () => {
  const reset = { since: day(60), busy: 1 };
  const history = historyOfA(reading(0, 7), reading(50, 7), reading(51, 8), reading(61, 0, reset));
  expect(history?.used).toEqual({ after: day(50), before: day(51) });
  expect(history?.quiet.days).toBe(1);
});

test("a scan between a reset and the first reading after it counts", () => {
  const history = historyOfA(reading(0, 0), reading(40, 0), reading(42, 1, { since: day(41) }));
  expect(history?.used).toEqual({ after: day(41), before: day(42) });
  expect(history?.quiet.days).toBe(0);
});

test("an index is no older than the last reading that lacks it, also over a reset", () => {
  expect(historyOfA(reading(0, null), reading(1, 0), reading(2, 0))).toMatchObject({
    appeared: { after: day(0), before: day(1) },
    quiet: { from: day(1), days: 1 },
  });
  const reset = { since: day(1), busy: 1 };
  expect(historyOfA(reading(0, null), reading(5, 0, reset), reading(6, 0, reset))).toMatchObject({
    appeared: { after: day(0), before: day(5) },
    quiet: { from: day(5), days: 1 },
  });
});

test("a quiet span that ended long ago says nothing about now", () => {
  const reset = { since: day(198), busy: 1 };
  const history = historyOfA(reading(0, 0), reading(100, 0), reading(200, 0, reset));
  expect(history?.quiet).toEqual({ from: day(198), to: day(200), days: 2 });
});

test("an index that is not there now has no history", () => {
  expect(historyOfA(reading(0, 0), reading(1, null))).toBeNull();
});

test("records come in any order, and the same one counts once", () => {
  const records = [reading(2, 4), reading(0, 0), reading(2, 4), reading(1, 2)];
  expect(usageHistory(records).get("db1")).toMatchObject([
    { broken: null, records: [{ at: day(0) }, { at: day(1) }, { at: day(2) }] },
  ]);
});

test("scans per day leave out the time in which a reset fell", () => {
  const reset = { since: day(15), busy: 1 };
  const spans =
    usageHistory([
      reading(0, 0),
      reading(10, 100),
      reading(20, 50, reset),
      reading(30, 250, { ...reset, busy: 2 }),
    ]).get("db1") ?? [];
  expect(scansPerDay(spans, A)).toEqual({ scans: 15, days: 20 });
});
