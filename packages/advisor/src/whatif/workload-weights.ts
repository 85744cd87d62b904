import type { Query } from "../workload/workload.ts";
import type { Plan } from "./plan.ts";

export interface WorkloadWeights {
  /** By fingerprint: what one unit of the query's plan cost weighs in the whole workload. */
  readonly byQuery: ReadonlyMap<string, number>;
  /** What one unit of cost usually weighs: milliseconds where times are known, else 1. */
  readonly usual: number;
}

/**
 * A query with a measured time weighs `totalMs / cost`, so that saved cost reads as saved milliseconds; one without is given
 * the workload's usual milliseconds per cost unit times its calls. Where nothing was timed, calls alone weigh.
 * What is usual is taken from reads where there are any: planners leave the work of writing out of their costs.
 */
export function workloadWeights(
  queries: readonly { readonly query: Query; readonly plan: Plan }[],
): WorkloadWeights {
  const reads = queries.filter(({ query }) => query.statement.kind === "select");
  const usual = usualWeight(reads) ?? usualWeight(queries) ?? 1;
  const byQuery = new Map(
    queries.map(({ query, plan }) => [
      query.fingerprint,
      query.totalMs !== undefined && plan.cost > 0
        ? query.totalMs / plan.cost
        : query.calls * usual,
    ]),
  );
  return { byQuery, usual };
}

function usualWeight(
  queries: readonly { readonly query: Query; readonly plan: Plan }[],
): number | null {
  let ms = 0;
  let cost = 0;
  for (const { query, plan } of queries) {
    if (query.totalMs === undefined) continue;
    ms += query.totalMs;
    cost += query.calls * plan.cost;
  }
  return ms > 0 && cost > 0 ? ms / cost : null;
}
