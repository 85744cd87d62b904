import { describe, expect, test } from "vitest";
import { createCostOracle } from "./cost-oracle.ts";
import type { SelectionProblem } from "./index-choice.ts";
import { searchIndexes } from "./search-indexes.ts";

const SEED = 4711;
const INDEXES = 8;
const QUERIES = 6;

function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

/** Each query has plans that need some indexes and cost something; it takes the cheapest that it may. */
function randomProblem(seed: number): {
  readonly problem: SelectionProblem;
  readonly costOf: (chosen: readonly number[]) => number;
  readonly bytesOf: (chosen: readonly number[]) => number;
} {
  const random = randomOf(seed);
  const bytes = Array.from({ length: INDEXES }, () => 1 + Math.floor(random() * 100));
  const plans = Array.from({ length: QUERIES }, () => [
    { needs: [] as readonly number[], cost: 1000 },
    ...Array.from({ length: 4 }, () => ({
      needs: [
        ...new Set([0, 1].slice(random() < 0.7 ? 1 : 0).map(() => Math.floor(random() * INDEXES))),
      ],
      cost: Math.floor(random() * 1000),
    })),
  ]);
  const best = (
    query: number,
    chosen: readonly number[],
  ): { needs: readonly number[]; cost: number } => {
    const possible = (plans[query] ?? []).filter(({ needs }) =>
      needs.every((index) => chosen.includes(index)),
    );
    return possible.toSorted((a, b) => a.cost - b.cost)[0] ?? { needs: [], cost: 1000 };
  };
  const all = Array.from({ length: INDEXES }, (_, index) => index);
  const oracle = createCostOracle(
    plans.map(() => all),
    async (query, chosen) => {
      const { needs, cost } = best(query, chosen);
      return { cost, rows: 1, indexes: [], candidates: needs.map(String), scans: [], lines: [] };
    },
    Number,
  );
  const problem: SelectionProblem = {
    oracle,
    weights: plans.map(() => 1),
    indexes: bytes.map((size) => ({ table: "t", bytes: size, parts: [], prefixes: [] })),
    upkeep: (_, chosen) => chosen.length * 5,
    minimumGain: 0,
  };
  return {
    problem,
    costOf: (chosen) =>
      plans.reduce((sum, _, query) => sum + best(query, chosen).cost, chosen.length * 5),
    bytesOf: (chosen) => chosen.reduce((sum, index) => sum + (bytes[index] ?? 0), 0),
  };
}

describe("the search", () => {
  test.each(Array.from({ length: 25 }, (_, each) => SEED + each))(
    "seed %i: stays within the limits, says what its choice costs, and is within 2 %% of the best without limits",
    async (seed) => {
      const { problem, costOf, bytesOf } = randomProblem(seed);
      const never = (): boolean => false;
      for (const [bytes, indexes] of [
        [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
        [150, Number.POSITIVE_INFINITY],
        [Number.POSITIVE_INFINITY, 2],
      ] as const) {
        const { best } = await searchIndexes(problem, { bytes, indexes, expired: never });
        expect(bytesOf(best.indexes)).toBeLessThanOrEqual(bytes);
        expect(best.indexes.length).toBeLessThanOrEqual(indexes);
        expect(best.cost).toBeCloseTo(costOf(best.indexes), 6);
        if (bytes < Infinity || indexes < Infinity) continue;
        const costs = Array.from({ length: 2 ** INDEXES }, (_, set) =>
          costOf(
            Array.from({ length: INDEXES }, (__, index) => index).filter(
              (index) => (set >> index) & 1,
            ),
          ),
        );
        expect(best.cost).toBeLessThanOrEqual(Math.min(...costs) * 1.02);
      }
    },
  );

  test("makes room for one large index that saves more than all small ones in its place", async () => {
    const saves = [900, 150, 150, 150];
    const oracle = createCostOracle(
      saves.map((_, index) => [index]),
      async (query, chosen) => {
        const cost = 1000 - (chosen.length > 0 ? (saves[query] ?? 0) : 0);
        return { cost, rows: 1, indexes: [], candidates: chosen.map(String), scans: [], lines: [] };
      },
      Number,
    );
    const problem: SelectionProblem = {
      oracle,
      weights: saves.map(() => 1),
      indexes: [100, 10, 10, 10].map((bytes) => ({ table: "t", bytes, parts: [], prefixes: [] })),
      upkeep: () => 0,
      minimumGain: 0,
    };
    const limits = { bytes: 100, indexes: Number.POSITIVE_INFINITY, expired: () => false };
    const { best } = await searchIndexes(problem, limits);
    expect(best.indexes).toEqual([0]);
  });

  test("ends at once when time is up, with nothing chosen or something that fits", async () => {
    const { problem } = randomProblem(SEED);
    const { best } = await searchIndexes(problem, { bytes: 0, indexes: 0, expired: () => true });
    expect(best.indexes).toEqual([]);
  });
});
