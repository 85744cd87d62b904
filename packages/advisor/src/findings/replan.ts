import { type Index, type Table, tableKey } from "../catalog/catalog.ts";
import { indexTableName, indexTree, tableFamily, type TableIndex } from "../catalog/partitions.ts";
import type { Plan } from "../whatif/plan.ts";
import type { Query } from "../workload/workload.ts";
import type { QueryImpact } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { planImpact } from "./plan-impact.ts";

/** A drop may make no query's plan dearer than by this factor: less is within the error of the estimates. */
export const REPLAN_TOLERANCE = 1.1;

export interface Replan {
  /** Queries of the workload that touch the table. */
  readonly queries: number;
  /** Those whose plan or cost changes without the indexes, the dearest change first. */
  readonly changed: readonly QueryImpact[];
  /** Why some could not be planned. */
  readonly failed: readonly string[];
  /** Those whose plan is told to be cheaper without than with: a planner that had the choice did not believe that itself. */
  readonly contradicted: number;
  /** Those that search a range of the index's keys by values that no source logged: how wide a range is a guess then. */
  readonly guessed: number;
}

/** Queries that read or write the table, by its own name or by that of a parent or partition. */
export function queriesOn(table: Table, context: FindingContext): readonly Query[] {
  const family = tableFamily(table, context.snapshot.catalog);
  return context.workload.queries.filter((query) =>
    query.statement.tables.some((use) => family.has(tableKey(use.table))),
  );
}

/**
 * Plans every workload query on the table with `hidden` out of sight, and again without `target` and `hidden`: as a shape,
 * and with each of its logged values, since a shape's plan knows nothing of skew or of the width of a range. Of these the
 * one that loses most is told. `null` where no planner can do that.
 */
export async function replanWithout(
  target: TableIndex,
  hidden: readonly TableIndex[],
  context: FindingContext,
): Promise<Replan | null> {
  const { planner } = context;
  const { catalog } = context.snapshot;
  if (!planner?.capabilities.hideIndexes) return null;
  const before = hidden.map(indexTableName);
  const after = [...before, ...indexTree(target, catalog).map(indexTableName)];
  const queries = queriesOn(target.table, context);
  const changed: QueryImpact[] = [];
  const failed: string[] = [];
  let contradicted = 0;
  for (const query of queries) {
    const changes: QueryImpact[] = [];
    for (const sample of [undefined, ...query.samples]) {
      const base = await planner.plan(query, { add: [], hide: before }, sample);
      const without = await planner.plan(query, { add: [], hide: after }, sample);
      if (!base.ok) failed.push(base.reason);
      else if (!without.ok) failed.push(without.reason);
      else if (!isSamePlan(base.plan, without.plan))
        changes.push(planImpact(query, base.plan, without.plan));
    }
    if (changes.some((change) => costFactor(change) * REPLAN_TOLERANCE < 1)) contradicted += 1;
    const [worst] = changes.toSorted((a, b) => costFactor(b) - costFactor(a));
    if (worst) changed.push(worst);
  }
  return {
    queries: queries.length,
    changed: changed.toSorted((a, b) => costFactor(b) - costFactor(a)),
    failed,
    contradicted,
    guessed: queries.filter(
      (query) => query.samples.length === 0 && searchesRange(query, target.index),
    ).length,
  };
}

function isSamePlan(a: Plan, b: Plan): boolean {
  return a.cost === b.cost && a.lines.join("\n") === b.lines.join("\n");
}

function searchesRange(query: Query, index: Index): boolean {
  const keys = new Set(index.keys.map((key) => key.expression));
  return query.statement.tables.some((use) =>
    use.predicates.some(
      ({ role, value, expression }) => role === "range" && value !== "none" && keys.has(expression),
    ),
  );
}

/** How many times dearer the query's plan becomes: 1 = the same. */
export function costFactor(impacted: QueryImpact): number {
  return impacted.costBefore > 0 ? impacted.costAfter / impacted.costBefore : 1;
}
