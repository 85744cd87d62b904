import { type CostOracle, isSettled } from "./cost-oracle.ts";

/** An index that may be chosen. Its number is its place in the problem's list. */
export interface PricedIndex {
  /** Indexes of one table share the cost of its writes. */
  readonly table: string;
  readonly bytes: number;
  /** Numbers of narrower indexes that do a part of its work: `(a)` and `(b)` of `(a, b)`. */
  readonly parts: readonly number[];
  /** Those of the parts that start as it does, so that they find rows in the same way: `(a)` of `(a, b)`. */
  readonly prefixes: readonly number[];
  /** Cost that a query has to save in one execution to count. Default 0. */
  readonly perExecution?: number;
}

export interface SelectionProblem {
  readonly oracle: CostOracle;
  /** By query: what one unit of its cost weighs. */
  readonly weights: readonly number[];
  readonly indexes: readonly PricedIndex[];
  /** Weighted cost of keeping these indexes of one table up to date, beside what is there already. */
  readonly upkeep: (table: string, indexes: readonly number[]) => number;
  /** Weighted cost that an index has to save to be worth having at all. 0 or more. */
  readonly minimumGain: number;
}

/** A set of indexes and what the workload costs with it; every query's cost is settled. */
export interface Choice {
  /** Ascending. */
  readonly indexes: readonly number[];
  readonly byTable: ReadonlyMap<string, readonly number[]>;
  readonly bytes: number;
  /** Weighted cost of all queries, and of keeping the indexes up to date. */
  readonly cost: number;
  /** By query: the set as the oracle's bits, and the cost. */
  readonly sets: readonly bigint[];
  readonly costs: readonly number[];
}

/** A step from one choice to another. */
export interface Move {
  readonly add: readonly number[];
  readonly remove: readonly number[];
}

/** A move's effect on cost (negative: cheaper), as far as it is known. */
export interface Effect {
  readonly move: Move;
  readonly bytes: number;
  readonly lower: number;
  readonly upper: number;
  /** The query that is least certain; `null` where all are settled. */
  readonly open: { readonly query: number; readonly set: bigint } | null;
}

export async function emptyChoice(problem: SelectionProblem): Promise<Choice> {
  const { oracle, weights } = problem;
  const costs: number[] = [];
  for (let query = 0; query < oracle.queries; query++) costs.push(await settle(oracle, query, 0n));
  const cost = costs.reduce((sum, each, query) => sum + each * (weights[query] ?? 0), 0);
  return {
    indexes: [],
    byTable: new Map(),
    bytes: 0,
    cost,
    sets: costs.map(() => 0n),
    costs,
  };
}

/** What a move would do, without a request to the planner. */
export function effectOf(problem: SelectionProblem, choice: Choice, move: Move): Effect {
  const { oracle, weights } = problem;
  let lower = upkeepChange(problem, choice, move);
  let upper = lower;
  let widest = -1;
  let open: Effect["open"] = null;
  for (const [query, set] of changedSets(problem, choice, move)) {
    const weight = weights[query] ?? 0;
    const now = choice.costs[query] ?? 0;
    const bounds = oracle.bounds(query, set);
    upper += (bounds.upper - now) * weight;
    if (isSettled(bounds)) {
      lower += (bounds.upper - now) * weight;
      continue;
    }
    lower += (bounds.lower - now) * weight;
    const width = (bounds.upper - bounds.lower) * weight;
    if (width > widest) {
      widest = width;
      open = { query, set };
    }
  }
  return { move, bytes: bytesChange(problem, move), lower, upper, open };
}

/** The choice after a move, with as many requests as are left to settle it. */
export async function applyMove(
  problem: SelectionProblem,
  choice: Choice,
  move: Move,
): Promise<Choice> {
  const { oracle, weights } = problem;
  const sets = [...choice.sets];
  const costs = [...choice.costs];
  let cost = choice.cost + upkeepChange(problem, choice, move);
  for (const [query, set] of changedSets(problem, choice, move)) {
    const settled = await settle(oracle, query, set);
    cost += (settled - (costs[query] ?? 0)) * (weights[query] ?? 0);
    sets[query] = set;
    costs[query] = settled;
  }
  const bytes = choice.bytes + bytesChange(problem, move);
  const byTable = new Map([...choice.byTable, ...changedTables(problem, choice, move)]);
  return { indexes: changedIndexes(choice.indexes, move), byTable, bytes, cost, sets, costs };
}

function changedIndexes(indexes: readonly number[], move: Move): readonly number[] {
  return [...indexes.filter((index) => !move.remove.includes(index)), ...move.add].toSorted(
    (a, b) => a - b,
  );
}

async function settle(oracle: CostOracle, query: number, set: bigint): Promise<number> {
  if (!isSettled(oracle.bounds(query, set))) await oracle.ask(query, set);
  return oracle.bounds(query, set).upper;
}

/** The sets of the queries that the move may concern. */
function changedSets(
  { oracle }: SelectionProblem,
  choice: Choice,
  move: Move,
): ReadonlyMap<number, bigint> {
  const changed = new Map<number, bigint>();
  for (const index of move.remove)
    for (const query of oracle.queriesOf(index)) {
      const set = changed.get(query) ?? choice.sets[query] ?? 0n;
      changed.set(query, set & ~oracle.bitOf(query, index));
    }
  for (const index of move.add)
    for (const query of oracle.queriesOf(index)) {
      const set = changed.get(query) ?? choice.sets[query] ?? 0n;
      changed.set(query, set | oracle.bitOf(query, index));
    }
  return changed;
}

function bytesChange({ indexes }: SelectionProblem, { add, remove }: Move): number {
  const bytes = (numbers: readonly number[]): number =>
    numbers.reduce((sum, index) => sum + (indexes[index]?.bytes ?? 0), 0);
  return bytes(add) - bytes(remove);
}

function upkeepChange(problem: SelectionProblem, choice: Choice, move: Move): number {
  let change = 0;
  for (const [table, after] of changedTables(problem, choice, move))
    change += problem.upkeep(table, after) - problem.upkeep(table, choice.byTable.get(table) ?? []);
  return change;
}

/** The indexes of the tables that the move concerns, after it. */
function changedTables(
  { indexes }: SelectionProblem,
  { byTable }: Choice,
  move: Move,
): ReadonlyMap<string, readonly number[]> {
  const changed = new Map<string, readonly number[]>();
  for (const index of [...move.add, ...move.remove]) {
    const table = indexes[index]?.table ?? "";
    if (changed.has(table)) continue;
    const add = move.add.filter((each) => indexes[each]?.table === table);
    changed.set(table, changedIndexes(byTable.get(table) ?? [], { add, remove: move.remove }));
  }
  return changed;
}
