import type { Plan } from "./plan.ts";

/** What a query costs under a set of indexes: no less than `lower`, no more than `upper`, by the plans that are known. */
export interface CostBounds {
  readonly lower: number;
  readonly upper: number;
}

/**
 * Answers what queries cost under sets of indexes with as few requests to the planner as reason allows.
 * Queries and indexes are numbers from 0. A set is held per query as bits, one for each index that the query could use.
 */
export interface CostOracle {
  readonly queries: number;
  /** The index's bit in the query's sets; 0n for an index that the query can't use. */
  bitOf(query: number, index: number): bigint;
  /** Queries that could use the index. */
  queriesOf(index: number): readonly number[];
  /** Indexes that the query could use. */
  indexesOf(query: number): readonly number[];
  /** What is known without a request. Equal bounds (see {@link isSettled}) need none. */
  bounds(query: number, set: bigint): CostBounds;
  /** Plans the query with the set, unless that was done before; returns the indexes that the plan uses. */
  ask(query: number, set: bigint): Promise<bigint>;
  /** Plans that were asked of the planner, and sets that were answered by what was known already. */
  counts(): { readonly asked: number };
}

/** Relative distance below which bounds count as equal: PostgreSQL itself takes costs within 1 % for equal. */
const TOLERANCE = 0.002;

export function isSettled({ lower, upper }: CostBounds): boolean {
  return Number.isFinite(upper) && upper - lower <= upper * TOLERANCE;
}

/** A plan that was made: what it was allowed to use, what it did use, and its cost. */
interface Known {
  readonly allowed: bigint;
  readonly used: bigint;
  readonly cost: number;
}

interface QueryKnowledge {
  readonly bits: ReadonlyMap<number, bigint>;
  readonly known: Known[];
  readonly asked: Map<bigint, bigint>;
  /** Bounds by set, with the number of known plans that they are of. */
  readonly remembered: Map<bigint, { lower: number; upper: number; seen: number }>;
}

/**
 * A plan made with indexes A that uses only U of them is also the plan for every set between U and A: what was left out was
 * not wanted, and nothing was added (the observation behind INUM: Papadomanolakis, Dash, Ailamaki, VLDB 2007). More indexes
 * never make a plan dearer, so it also bounds the cost of every set inside A from below and of every set around U from above.
 * @param usable per query, the numbers of the indexes that it could use
 * @param plan plans one query with some of them; `candidates` of the result are told by `numberOf`
 */
export function createCostOracle(
  usable: readonly (readonly number[])[],
  plan: (query: number, indexes: readonly number[]) => Promise<Plan>,
  numberOf: (candidate: string) => number | undefined,
): CostOracle {
  const byQuery: readonly QueryKnowledge[] = usable.map((indexes) => ({
    bits: new Map(indexes.map((index, position) => [index, 1n << BigInt(position)])),
    known: [],
    asked: new Map(),
    remembered: new Map(),
  }));
  const byIndex: number[][] = [];
  for (const [query, indexes] of usable.entries())
    for (const index of indexes) (byIndex[index] ??= []).push(query);
  let asked = 0;

  const knowledge = (query: number): QueryKnowledge => {
    const found = byQuery[query];
    if (found === undefined) throw new RangeError(`no query ${query}`);
    return found;
  };

  return {
    queries: usable.length,
    bitOf: (query, index) => knowledge(query).bits.get(index) ?? 0n,
    queriesOf: (index) => byIndex[index] ?? [],
    indexesOf: (query) => usable[query] ?? [],
    bounds(query, set) {
      const { known, remembered } = knowledge(query);
      let entry = remembered.get(set);
      if (entry === undefined) {
        entry = { lower: 0, upper: Number.POSITIVE_INFINITY, seen: 0 };
        remembered.set(set, entry);
      }
      for (; entry.seen < known.length; entry.seen++) {
        const each = known[entry.seen];
        if (each === undefined) break;
        if (each.cost > entry.lower && (set & each.allowed) === set) entry.lower = each.cost;
        if (each.cost < entry.upper && (set & each.used) === each.used) entry.upper = each.cost;
      }
      return entry;
    },
    async ask(query, set) {
      const own = knowledge(query);
      const before = own.asked.get(set);
      if (before !== undefined) return before;
      asked++;
      const indexes = [...own.bits].flatMap(([index, bit]) => ((set & bit) === 0n ? [] : [index]));
      const { cost, candidates } = await plan(query, indexes);
      let used = 0n;
      for (const candidate of candidates) {
        const index = numberOf(candidate);
        used |= index === undefined ? 0n : (own.bits.get(index) ?? 0n);
      }
      own.known.push({ allowed: set, used, cost });
      own.asked.set(set, used);
      // A plan that was made says more than what others imply, whose costs differ by the planner's rounding.
      own.remembered.set(set, { lower: cost, upper: cost, seen: Number.POSITIVE_INFINITY });
      return used;
    },
    counts: () => ({ asked }),
  };
}
