import { expect, test } from "vitest";
import { keepSamples, type SampleKeeper } from "./keep-samples.ts";
import { MAX_SAMPLES } from "./workload.ts";

const by = (value: number): string => `select * from t where a = ${value}`;

function add(keeper: SampleKeeper, value: number, totalMs?: number): void {
  keeper.add(by(value), { sql: by(value), calls: 1, totalMs });
}

/** 10,000 executions: about half of them with one value, each other value once; one of these is slow, in the middle. */
function skewed(keeper: SampleKeeper, order: (values: readonly number[]) => readonly number[]) {
  const values = Array.from({ length: 10_000 }, (_, at) => (at % 2 === 0 ? 1 : at));
  for (const value of order(values)) add(keeper, value, value === 5_001 ? 900 : 2);
}

const orders = [
  ["as logged", (values: readonly number[]) => values],
  ["backwards", (values: readonly number[]) => values.toReversed()],
  ["frequent ones last", (values: readonly number[]) => values.toSorted((a, b) => b - a)],
] as const;

test.each(orders)("frequent and slow values are there: %s", (_name, order) => {
  const keeper = keepSamples(() => 0);
  skewed(keeper, order);
  const samples = keeper.list();
  expect(samples).toHaveLength(MAX_SAMPLES);
  expect(samples[0]?.sql).toBe(by(1));
  expect(samples[0]?.calls).toBeGreaterThan(4_800);
  expect(samples[0]?.calls).toBeLessThanOrEqual(5_001);
  expect(samples.find(({ sql }) => sql === by(5_001))).toMatchObject({
    durationMs: 900,
    calls: 1,
  });
});

test("the samples stand for all executions together", () => {
  const keeper = keepSamples(() => 0);
  skewed(keeper, (values) => values);
  expect(keeper.executions()).toBe(10_000);
  const all = keeper.list().reduce((sum, { calls = 0 }) => sum + calls, 0);
  expect(all).toBeCloseTo(10_000, 3);
});

test("a value that many rows have is there, though it was asked for once", () => {
  const keeper = keepSamples((sql) => (sql === by(77) ? 0.4 : 0));
  for (let value = 0; value < 3_000; value++) add(keeper, value);
  expect(keeper.list().find(({ sql }) => sql === by(77))?.calls).toBe(1);
});

test("a repeated text has the mean of its known times", () => {
  const keeper = keepSamples(() => 0);
  keeper.add(by(1), { sql: "as sent", calls: 3, totalMs: 30 });
  add(keeper, 1);
  add(keeper, 1, 2);
  expect(keeper.list()).toEqual([{ sql: by(1), calls: 5, durationMs: 8 }]);
  expect(keeper.sent()).toEqual(["as sent"]);
});
