import { type Table, tableKey } from "../catalog/catalog.ts";
import { indexTableName, tableFamily, type TableIndex } from "../catalog/partitions.ts";
import type { Query } from "../workload/workload.ts";
import type { QueryImpact } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";

/** A drop may make no query's plan dearer than by this factor: less is within the error of the estimates. */
export const REPLAN_TOLERANCE = 1.1;

export interface Replan {
  /** Queries of the workload that touch the table. */
  readonly queries: number;
  /** Those whose plan or cost changes without the index, the dearest change first. */
  readonly changed: readonly QueryImpact[];
  /** Those that could not be planned, and why. */
  readonly failed: readonly string[];
}

/** Queries that read or write the table, by its own name or by that of a parent or partition. */
export function queriesOn(table: Table, context: FindingContext): readonly Query[] {
  const family = tableFamily(table, context.snapshot.catalog);
  return context.workload.queries.filter((query) =>
    query.statement.tables.some((use) => family.has(tableKey(use.table))),
  );
}

/**
 * Plans every workload query on the table with `hidden` out of sight, and again without `indexes` too.
 * `null` where no planner can do that.
 */
export async function replanWithout(
  indexes: readonly TableIndex[],
  hidden: readonly TableIndex[],
  table: Table,
  context: FindingContext,
): Promise<Replan | null> {
  const { planner } = context;
  if (!planner?.capabilities.hideIndexes) return null;
  const before = hidden.map(indexTableName);
  const after = [...before, ...indexes.map(indexTableName)];
  const queries = queriesOn(table, context);
  const changed: QueryImpact[] = [];
  const failed: string[] = [];
  for (const query of queries) {
    const base = await planner.plan(query, { add: [], hide: before });
    const without = await planner.plan(query, { add: [], hide: after });
    if (!base.ok || !without.ok) {
      failed.push(base.ok ? (without.ok ? "" : without.reason) : base.reason);
      continue;
    }
    if (
      base.plan.cost === without.plan.cost &&
      base.plan.lines.join("\n") === without.plan.lines.join("\n")
    )
      continue;
    changed.push({
      fingerprint: query.fingerprint,
      sql: query.sql,
      calls: query.calls,
      totalMs: query.totalMs,
      costBefore: base.plan.cost,
      costAfter: without.plan.cost,
      planBefore: base.plan.lines,
      planAfter: without.plan.lines,
    });
  }
  return {
    queries: queries.length,
    changed: changed.toSorted((a, b) => costFactor(b) - costFactor(a)),
    failed,
  };
}

/** How many times dearer the query's plan becomes: 1 = the same. */
export function costFactor(impact: QueryImpact): number {
  return impact.costBefore > 0 ? impact.costAfter / impact.costBefore : 1;
}
