import type { Plan, PlanResult } from "../../whatif/plan.ts";
import type { IndexConfiguration, Planner } from "../../whatif/planner.ts";
import { workloadWeights } from "../../whatif/workload-weights.ts";
import type { Query, QuerySample } from "../../workload/workload.ts";

/** One query of the workload before and after the change. */
export interface ComparedQuery {
  readonly query: Query;
  readonly before: Plan;
  /** `ok: false`: it fails after the change. */
  readonly after: PlanResult;
  /** What one unit of its plan's cost weighs in the workload: milliseconds where times are known. */
  readonly weight: number;
  /** Plans it as `before` and `after` were: with the same logged values. */
  readonly planBy: (planner: Planner) => Promise<PlanResult>;
}

export interface Comparison {
  readonly queries: readonly ComparedQuery[];
  /** Queries that can't be planned before the change either, and why. */
  readonly skipped: readonly { readonly query: Query; readonly reason: string }[];
  /** The workload's cost before the change, weighted. */
  readonly total: number;
}

/** The indexes that exist, and no other. */
export const AS_IT_IS: IndexConfiguration = { add: [], hide: [] };

/**
 * Plans every query before and after: with the same logged values both times where the change may touch it, and as a shape
 * where no value was logged or nothing that it uses changes.
 */
export async function comparePlans(
  queries: readonly Query[],
  planner: { readonly before: Planner; readonly after: Planner },
  isTouched: (query: Query) => boolean,
): Promise<Comparison> {
  const compared: Omit<ComparedQuery, "weight">[] = [];
  const skipped: { query: Query; reason: string }[] = [];
  for (const query of queries) {
    const base = await planValues(planner.before, query, isTouched(query) ? query.samples : []);
    if (!base.ok) skipped.push({ query, reason: base.reason });
    else {
      const { before, after } = await planAgain(planner.after, query, base.plans);
      const planBy = async (other: Planner): Promise<PlanResult> =>
        (await planAgain(other, query, base.plans)).after;
      compared.push({ query, before, after, planBy });
    }
  }
  const { byQuery } = workloadWeights(
    compared.map(({ query, before }) => ({ query, plan: before })),
  );
  const weighed = compared.map((each) => ({
    ...each,
    weight: byQuery.get(each.query.fingerprint) ?? 0,
  }));
  const total = weighed.reduce((sum, { before, weight }) => sum + before.cost * weight, 0);
  return { queries: weighed, skipped, total };
}

interface PlannedValue {
  /** `undefined`: planned as a shape. */
  readonly sample: QuerySample | undefined;
  readonly plan: Plan;
}

type PlannedValues =
  | { readonly ok: true; readonly plans: readonly PlannedValue[] }
  | { readonly ok: false; readonly reason: string };

/** Plans with those of the values that can be planned; where none can, as a shape. */
async function planValues(
  planner: Planner,
  query: Query,
  samples: readonly QuerySample[],
): Promise<PlannedValues> {
  const plans: PlannedValue[] = [];
  for (const sample of samples) {
    const result = await planner.plan(query, AS_IT_IS, sample);
    if (result.ok) plans.push({ sample, plan: result.plan });
  }
  if (plans.length > 0) return { ok: true, plans };
  const shape = await planner.plan(query, AS_IT_IS);
  return shape.ok
    ? { ok: true, plans: [{ sample: undefined, plan: shape.plan }] }
    : { ok: false, reason: shape.reason };
}

/** Both plans as means over the executions that the values stand for; the lines are those of the value that loses most. */
async function planAgain(
  planner: Planner,
  query: Query,
  base: readonly PlannedValue[],
): Promise<{ readonly before: Plan; readonly after: PlanResult }> {
  const pairs: { before: Plan; after: Plan; calls: number }[] = [];
  for (const { sample, plan } of base) {
    const result = await planner.plan(query, AS_IT_IS, sample);
    if (!result.ok) return { before: plan, after: result };
    pairs.push({ before: plan, after: result.plan, calls: sample?.calls ?? 1 });
  }
  const worst = pairs.reduce((a, b) => (lossOf(b) > lossOf(a) ? b : a));
  const mean = (of: "before" | "after"): Plan => ({
    ...worst[of],
    cost: meanOf(pairs.map(({ calls, ...pair }) => ({ value: pair[of].cost, calls }))),
    rows: meanOf(pairs.map(({ calls, ...pair }) => ({ value: pair[of].rows, calls }))),
    indexes: [...new Set(pairs.flatMap((pair) => pair[of].indexes))],
    scans: [...new Set(pairs.flatMap((pair) => pair[of].scans))],
  });
  return { before: mean("before"), after: { ok: true, plan: mean("after") } };
}

function lossOf(pair: {
  readonly before: Plan;
  readonly after: Plan;
  readonly calls: number;
}): number {
  return (pair.after.cost - pair.before.cost) * pair.calls;
}

function meanOf(values: readonly { readonly value: number; readonly calls: number }[]): number {
  const calls = values.reduce((sum, each) => sum + each.calls, 0);
  return values.reduce((sum, each) => sum + each.value * each.calls, 0) / calls;
}
