import type { Query } from "../workload/workload.ts";
import type { Plan } from "./plan.ts";

/**
 * What one unit of plan cost of each query weighs in the whole workload, by fingerprint.
 * A query with a measured time weighs `totalMs / cost`, so that saved cost reads as saved milliseconds; one without is given
 * the workload's usual milliseconds per cost unit times its calls. Where nothing was timed, calls alone weigh.
 */
export function workloadWeights(
  queries: readonly { readonly query: Query; readonly plan: Plan }[],
): ReadonlyMap<string, number> {
  let timedMs = 0;
  let timedCost = 0;
  for (const { query, plan } of queries) {
    if (query.totalMs === undefined) continue;
    timedMs += query.totalMs;
    timedCost += query.calls * plan.cost;
  }
  const usual = timedMs > 0 && timedCost > 0 ? timedMs / timedCost : 1;
  return new Map(
    queries.map(({ query, plan }) => [
      query.fingerprint,
      query.totalMs !== undefined && plan.cost > 0
        ? query.totalMs / plan.cost
        : query.calls * usual,
    ]),
  );
}
