import type { Plan } from "../whatif/plan.ts";
import type { Query } from "../workload/workload.ts";
import type { QueryImpact } from "./finding.ts";

/** A query with its plans. `rewrite`: its text in other words, if that is what the plan after is of. */
export function planImpact(
  query: Query,
  before: Pick<Plan, "cost" | "lines">,
  after: Pick<Plan, "cost" | "lines">,
  rewrite: string | null = null,
): QueryImpact {
  return {
    fingerprint: query.fingerprint,
    sql: query.sql,
    calls: query.calls,
    totalMs: query.totalMs,
    callSites: query.callSites,
    costBefore: before.cost,
    costAfter: after.cost,
    rewrite,
    planBefore: before.lines,
    planAfter: after.lines,
  };
}
