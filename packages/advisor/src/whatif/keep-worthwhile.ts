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

type PlanWith = (query: number, indexes: readonly number[]) => Promise<Plan>;

/**
 * Leaves indexes out, or puts narrower ones in their place, while one of them does not earn its place beside the others; every
 * judgement is by plans that are made for it. The index that saves most comes first.
 */
export async function keepWorthwhile(
  problem: SelectionProblem,
  chosen: readonly number[],
  planWith: PlanWith,
  { bars, total }: { readonly bars: SelectionBars; readonly total: number },
): Promise<readonly Loss[]> {
  const isWorthwhile = ({ saved, touched }: { saved: number; touched: number }): boolean =>
    saved > 0 && saved >= touched * bars.gain && saved >= total * bars.workloadGain;
  let kept = [...chosen];
  for (;;) {
    const judged: (Loss & { readonly touched: number })[] = [];
    for (const index of kept) judged.push(await lossOf(problem, kept, index, [], planWith));
    const ranked = judged.toSorted((a, b) => a.saved - b.saved || b.index - a.index);
    const needless = ranked.find((loss) => !isWorthwhile(loss));
    if (needless !== undefined) {
      kept = kept.filter((index) => index !== needless.index);
      continue;
    }
    const narrower = await narrowOne(problem, kept, planWith, isWorthwhile);
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
  isWorthwhile: (loss: { saved: number; touched: number }) => boolean,
): Promise<number[] | null> {
  const bytesOf = (index: number): number => problem.indexes[index]?.bytes ?? 0;
  for (const index of kept) {
    const prefixes = problem.indexes[index]?.prefixes ?? [];
    const smaller = prefixes
      .filter((part) => !kept.includes(part) && bytesOf(part) <= bytesOf(index))
      .toSorted((a, b) => bytesOf(a) - bytesOf(b) || a - b);
    for (const part of smaller) {
      const loss = await lossOf(problem, kept, index, [part], planWith);
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
    if (gain > 0 && gain < (indexes[index]?.perExecution ?? 0)) continue;
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
