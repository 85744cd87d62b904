import { expect, test } from "vitest";
import { createCostOracle } from "./cost-oracle.ts";
import type { SelectionProblem } from "./index-choice.ts";
import { keepWorthwhile } from "./keep-worthwhile.ts";
import type { Plan } from "./plan.ts";
import { SELECTION_BARS, type SelectionBars } from "./select-indexes.ts";

const { perExecution, perCoveredExecution, often } = SELECTION_BARS;

function plan(cost: number, candidates: readonly string[] = []): Plan {
  return { cost, rows: 1, indexes: [], candidates, scans: [], lines: [] };
}

/** Whether index 0 stays, which takes the first query's cost from `before` to `after`; another query costs `rest` in all. */
async function stays(facts: {
  readonly before: number;
  readonly after: number;
  readonly calls?: number;
  readonly rest?: number;
  readonly bar?: number;
  readonly bars?: SelectionBars;
}): Promise<boolean> {
  const { before, after, calls = 1, rest = 0, bar = perExecution, bars = SELECTION_BARS } = facts;
  const planWith = async (query: number, indexes: readonly number[]): Promise<Plan> =>
    query === 1 ? plan(rest) : indexes.includes(0) ? plan(after, ["0"]) : plan(before);
  const problem: SelectionProblem = {
    oracle: createCostOracle([[0], []], planWith, Number),
    weights: [calls, 1],
    indexes: [{ table: "t", bytes: 8192, parts: [], prefixes: [], perExecution: bar }],
    upkeep: () => 0,
    minimumGain: 0,
  };
  const total = before * calls + rest;
  const options = { bars, total, calls: [calls, 1] };
  return (await keepWorthwhile(problem, [0], planWith, options)).length === 1;
}

test("an index stays from the bar of one execution on, however rare the query is", async () => {
  expect(await stays({ before: 200, after: 200 - perExecution })).toBe(true);
  expect(await stays({ before: 200, after: 201 - perExecution })).toBe(false);
});

test("an index that only spares rows which are found already has a higher bar", async () => {
  const bar = perCoveredExecution;
  expect(await stays({ before: 1_000, after: 1_000 - bar, bar })).toBe(true);
  expect(await stays({ before: 1_000, after: 1_001 - bar, bar })).toBe(false);
});

/** Saves 50 an execution, which is under the bar, ten times and more in all. */
const hot = { before: 55, after: 5, calls: 10 * often.executions };

test("a query that is executed very often speaks for an index that makes it ten times cheaper", async () => {
  expect(await stays(hot)).toBe(true);
  const { gain, workloadGain } = SELECTION_BARS;
  expect(await stays({ ...hot, bars: { gain, workloadGain } })).toBe(false);
});

test.each([
  ["it is executed seldom", { ...hot, calls: often.executions }],
  ["it is a small part of the workload", { ...hot, rest: 50 * hot.calls * 20 }],
  ["it gets a half cheaper", { ...hot, before: 100, after: 50 }],
])(
  "a query that gains less than the bar does not speak for an index where %s",
  async (_, facts) => {
    expect(await stays(facts)).toBe(false);
  },
);
