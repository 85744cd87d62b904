import type { SelectionProblem } from "./index-choice.ts";
import type { Plan } from "./plan.ts";
import type { SelectionBars } from "./select-indexes.ts";

/** What leaving one index out of a choice would mean. Queries are told by number. */
export interface Loss {
  readonly index: number;
  /** Weighted cost that comes back, less what writes then save. */
  readonly saved: number;
  /** Weighted cost that writes pay for it. */
  readonly upkeep: number;
  readonly without: readonly { readonly query: number; readonly plan: Plan }[];
}

/** Whether a query that costs so much without the index gains enough by it to speak for it. */
type Counts = (query: number, index: number, gain: number, cost: number) => boolean;

type PlanWith = (query: number, indexes: readonly number[]) => Promise<Plan>;

/**
 * Leaves indexes out, or puts narrower ones in their place, while one of them does not earn its place beside the others; every
 * judgement is by plans that are made for it. The index that saves most comes first.
 */
export async function keepWorthwhile(
  problem: SelectionProblem,
  chosen: readonly number[],
  planWith: PlanWith,
  {
    bars,
    total,
    calls,
  }: {
    readonly bars: SelectionBars;
    readonly total: number;
    /** Executions by query. */
    readonly calls: readonly number[];
  },
): Promise<readonly Loss[]> {
  const counts: Counts = (query, index, gain, cost) => {
    const bar = problem.indexes[index]?.perExecution ?? 0;
    const { often } = bars;
    if (gain >= bar) return true;
    return (
      often !== undefined &&
      gain >= cost * often.gain &&
      gain * (calls[query] ?? 0) >= bar * often.executions &&
      gain * (problem.weights[query] ?? 0) >= total * often.workloadGain
    );
  };
  const isWorthwhile = ({ saved, touched }: { saved: number; touched: number }): boolean =>
    saved > 0 && saved >= touched * bars.gain && saved >= total * bars.workloadGain;
  let kept = [...chosen];
  for (;;) {
    const judged: (Loss & { readonly touched: number })[] = [];
    for (const index of kept) judged.push(await lossOf(problem, kept, index, [], planWith, counts));
    const ranked = judged.toSorted((a, b) => a.saved - b.saved || b.index - a.index);
    const needless = ranked.find((loss) => !isWorthwhile(loss));
    if (needless !== undefined) {
      kept = kept.filter((index) => index !== needless.index);
      continue;
    }
    const narrower = await narrowOne(problem, kept, planWith, counts, isWorthwhile);
    if (narrower === null) return ranked.toReversed();
    kept = narrower;
  }
}

/**
 * Puts a narrower index in the place of one whose further columns do not earn their place; `null` where all do. It has to start
 * as the wider one does. One that starts with another key finds rows in another way, at a cost that varies more with the values:
 * `(placed)` in the place of `(customer, placed)` reads rows in order until some customer's turn up.
 */
async function narrowOne(
  problem: SelectionProblem,
  kept: readonly number[],
  planWith: PlanWith,
  counts: Counts,
  isWorthwhile: (loss: { saved: number; touched: number }) => boolean,
): Promise<number[] | null> {
  const bytesOf = (index: number): number => problem.indexes[index]?.bytes ?? 0;
  for (const index of kept) {
    const prefixes = problem.indexes[index]?.prefixes ?? [];
    const smaller = prefixes
      .filter((part) => !kept.includes(part) && bytesOf(part) <= bytesOf(index))
      .toSorted((a, b) => bytesOf(a) - bytesOf(b) || a - b);
    for (const part of smaller) {
      const loss = await lossOf(problem, kept, index, [part], planWith, counts);
      if (!isWorthwhile(loss)) return kept.map((each) => (each === index ? part : each));
    }
  }
  return null;
}

/** What is lost without `index`, with `instead` in its place. */
async function lossOf(
  problem: SelectionProblem,
  kept: readonly number[],
  index: number,
  instead: readonly number[],
  planWith: PlanWith,
  counts: Counts,
): Promise<Loss & { readonly touched: number }> {
  const { oracle, weights, indexes } = problem;
  const others = [...kept.filter((each) => each !== index), ...instead];
  let lost = 0;
  let touched = 0;
  const without: { query: number; plan: Plan }[] = [];
  for (const query of oracle.queriesOf(index)) {
    const usable = (set: readonly number[]): readonly number[] =>
      set.filter((each) => oracle.bitOf(query, each) !== 0n);
    const withIt = await planWith(query, usable(kept));
    const withoutIt = await planWith(query, usable(others));
    const weight = weights[query] ?? 0;
    const gain = withoutIt.cost - withIt.cost;
    if (gain > 0 && !counts(query, index, gain, withoutIt.cost)) continue;
    lost += gain * weight;
    if (gain <= 0) continue;
    touched += withoutIt.cost * weight;
    without.push({ query, plan: withoutIt });
  }
  const table = indexes[index]?.table ?? "";
  const on = (set: readonly number[]): readonly number[] =>
    set.filter((each) => indexes[each]?.table === table);
  const upkeep = problem.upkeep(table, on(kept)) - problem.upkeep(table, on(others));
  return { index, saved: lost - upkeep, upkeep, touched, without };
}
