import type { SkippedQuery, Workload } from "../workload/workload.ts";
import { planAsSeen } from "./plan-as-seen.ts";
import type { Planner } from "./planner.ts";

/**
 * The workload with those texts as queries that the parser could not read and the planner plans: their tables are known, and
 * what they cost. The others stay skipped, with what the planner says of them.
 */
export async function readByPlan(workload: Workload, planner: Planner | null): Promise<Workload> {
  const queries = [...workload.queries];
  const skipped: SkippedQuery[] = [];
  for (const { query, ...entry } of workload.skipped) {
    const plan =
      query === undefined || planner === null
        ? null
        : await planAsSeen(planner, query, { add: [], hide: [] });
    if (query !== undefined && plan?.ok === true)
      queries.push({ ...query, calls: entry.calls, totalMs: entry.totalMs });
    else skipped.push(entry);
  }
  return { ...workload, queries, skipped };
}
