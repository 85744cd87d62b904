import type { Query } from "../workload/workload.ts";
import type { Plan, PlanResult } from "./plan.ts";
import type { IndexConfiguration, Planner } from "./planner.ts";

/**
 * Plans a query as it was seen: with each of its logged values, or as a shape where none were logged. A shape's plan takes
 * any range for a small share of the rows and any value for a usual one, which is wrong in either direction.
 * The cost is the mean over the values; the lines are of the dearest.
 */
export async function planAsSeen(
  planner: Planner,
  query: Query,
  configuration: IndexConfiguration,
): Promise<PlanResult> {
  const plans: Plan[] = [];
  for (const sample of query.samples) {
    const result = await planner.plan(query, configuration, sample);
    if (result.ok) plans.push(result.plan);
  }
  const dearest = plans.toSorted((a, b) => b.cost - a.cost)[0];
  if (dearest === undefined) return planner.plan(query, configuration);
  return {
    ok: true,
    plan: {
      cost: mean(plans.map((plan) => plan.cost)),
      rows: mean(plans.map((plan) => plan.rows)),
      indexes: [...new Set(plans.flatMap((plan) => plan.indexes))],
      candidates: [...new Set(plans.flatMap((plan) => plan.candidates))],
      lines: dearest.lines,
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
