import {
  type CandidateIndex,
  candidateId,
  type Planner,
  type Query,
  tableKey,
} from "@dbadvise/advisor";

/** What a peer is given: the same queries, candidates and planner as the advisor. */
export interface Task {
  readonly planner: Planner;
  readonly queries: readonly Query[];
  readonly candidates: readonly { readonly candidate: CandidateIndex; readonly bytes: number }[];
  readonly budget: number;
}

type Sized = Task["candidates"][number];

/** A planner whose cache others may have filled, and the different plans that were asked of it: what it takes with an empty one. */
export function countPlans(planner: Planner): {
  readonly planner: Planner;
  readonly plans: () => number;
} {
  const seen = new Set<string>();
  const plan: Planner["plan"] = (query, configuration, sample) => {
    const tables = new Set(query.statement.tables.map((use) => tableKey(use.table)));
    const added = configuration.add.filter(({ table }) => tables.has(tableKey(table)));
    const ids = added.map(candidateId).toSorted();
    seen.add([query.fingerprint, sample?.sql ?? "", ...ids].join("\n"));
    return planner.plan(query, configuration, sample);
  };
  return { planner: { ...planner, plan }, plans: () => seen.size };
}

/** Cost of the whole workload, each query once. */
export async function workloadCost(
  { planner, queries }: Pick<Task, "planner" | "queries">,
  add: readonly CandidateIndex[],
): Promise<number> {
  let sum = 0;
  for (const query of queries) {
    const result = await planner.plan(query, { add, hide: [] }, query.samples[0]);
    if (!result.ok) throw new Error(`${query.sql}: ${result.reason}`);
    sum += result.plan.cost;
  }
  return sum;
}

/**
 * DB2Advis without its random variations (Valentin et al., ICDE 2000): each query is planned once with all candidates, what it
 * saves is credited to the indexes it uses, and the best by saving per byte are taken while they fit.
 */
export async function db2advis(task: Task): Promise<readonly CandidateIndex[]> {
  const { planner, queries, candidates, budget } = task;
  const all = candidates.map(({ candidate }) => candidate);
  const benefit = new Map<string, number>();
  for (const query of queries) {
    const before = await planner.plan(query, { add: [], hide: [] }, query.samples[0]);
    const after = await planner.plan(query, { add: all, hide: [] }, query.samples[0]);
    if (!before.ok || !after.ok) continue;
    for (const id of after.plan.candidates)
      benefit.set(id, (benefit.get(id) ?? 0) + before.plan.cost - after.plan.cost);
  }
  const ranked = candidates
    .flatMap((each) => {
      const saved = benefit.get(candidateId(each.candidate)) ?? 0;
      return saved > 0 ? [{ ...each, ratio: saved / each.bytes }] : [];
    })
    .toSorted((a, b) => b.ratio - a.ratio);
  const chosen: CandidateIndex[] = [];
  let left = budget;
  for (const { candidate, bytes } of ranked) {
    if (bytes > left) continue;
    chosen.push(candidate);
    left -= bytes;
  }
  return chosen;
}

/** Least gain of a step, as in the authors' implementation. */
const MINIMUM_IMPROVEMENT = 1.003;

/**
 * Extend (Schlosser, Kossmann, Boissier, ICDE 2019): from nothing, the step that saves most per byte while it fits: an index of
 * one column, or further columns for a chosen one.
 */
export async function extend(task: Task): Promise<readonly CandidateIndex[]> {
  let chosen: readonly Sized[] = [];
  let cost = await workloadCost(task, []);
  for (;;) {
    const options = [...additions(task, chosen), ...extensions(task, chosen)];
    let best: { chosen: readonly Sized[]; cost: number; ratio: number } | null = null;
    for (const option of options) {
      if (sizeOf(option) > task.budget) continue;
      const next = await workloadCost(
        task,
        option.map(({ candidate }) => candidate),
      );
      if (next * MINIMUM_IMPROVEMENT > cost) continue;
      const ratio = (cost - next) / Math.max(1, sizeOf(option) - sizeOf(chosen));
      if (best === null || ratio > best.ratio) best = { chosen: option, cost: next, ratio };
    }
    if (best === null) return chosen.map(({ candidate }) => candidate);
    chosen = best.chosen;
    cost = best.cost;
  }
}

function additions({ candidates }: Task, chosen: readonly Sized[]): readonly (readonly Sized[])[] {
  return candidates
    .filter(({ candidate }) => candidate.keys.length === 1 && candidate.include.length === 0)
    .filter((each) => !chosen.includes(each))
    .map((each) => [...chosen, each]);
}

function extensions({ candidates }: Task, chosen: readonly Sized[]): readonly (readonly Sized[])[] {
  return chosen.flatMap((narrow) =>
    candidates
      .filter((wide) => !chosen.includes(wide) && isExtension(wide.candidate, narrow.candidate))
      .map((wide) => [...chosen.filter((each) => each !== narrow), wide]),
  );
}

function isExtension(wide: CandidateIndex, narrow: CandidateIndex): boolean {
  const width = (index: CandidateIndex): number => index.keys.length + index.include.length;
  return (
    wide.table.name === narrow.table.name &&
    wide.method === narrow.method &&
    wide.predicate === narrow.predicate &&
    width(wide) > width(narrow) &&
    narrow.keys.every((key, position) => key.expression === wide.keys[position]?.expression) &&
    narrow.include.every((column) => wide.include.includes(column))
  );
}

function sizeOf(indexes: readonly Sized[]): number {
  return indexes.reduce((sum, index) => sum + index.bytes, 0);
}
