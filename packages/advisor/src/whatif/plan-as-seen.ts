import type { Query, QuerySample } from "../workload/workload.ts";
import type { Plan, PlanResult } from "./plan.ts";
import type { IndexConfiguration, Planner } from "./planner.ts";

/** Logged values of one query that the planner treats alike: one of them is planned for all. */
export interface ValueKind {
  /** The one that stands for most executions. */
  readonly sample: QuerySample;
  readonly members: readonly QuerySample[];
  /** Executions that the members stand for. */
  readonly calls: number;
  /** The sample's plan with the indexes that exist. */
  readonly plan: Plan;
}

/** A query's kinds don't change while a planner lives, and they are asked for with every configuration. */
const kindsOf = new WeakMap<Planner, WeakMap<Query, Promise<readonly ValueKind[]>>>();

/**
 * Plans a query as it was seen: with its logged values, or as a shape where none were logged. A shape's plan takes any range
 * for a small share of the rows and any value for a usual one, which is wrong in either direction.
 * The cost is the mean over the executions that the values stand for; the lines are of the dearest.
 */
export async function planAsSeen(
  planner: Planner,
  query: Query,
  configuration: IndexConfiguration,
): Promise<PlanResult> {
  const plans: { plan: Plan; calls: number }[] = [];
  for (const { sample, calls } of await valueKinds(planner, query)) {
    const result = await planner.plan(query, configuration, sample);
    if (result.ok) plans.push({ plan: result.plan, calls });
  }
  const dearest = plans.toSorted((a, b) => b.plan.cost - a.plan.cost)[0]?.plan;
  if (dearest === undefined) return planner.plan(query, configuration);
  const executions = plans.reduce((sum, { calls }) => sum + calls, 0);
  const mean = (value: (plan: Plan) => number): number =>
    plans.reduce((sum, { plan, calls }) => sum + value(plan) * calls, 0) / executions;
  return {
    ok: true,
    plan: {
      cost: mean((plan) => plan.cost),
      rows: mean((plan) => plan.rows),
      indexes: [...new Set(plans.flatMap(({ plan }) => plan.indexes))],
      candidates: [...new Set(plans.flatMap(({ plan }) => plan.candidates))],
      scans: [...new Set(plans.flatMap(({ plan }) => plan.scans))],
      lines: dearest.lines,
    },
  };
}

/** A query's logged values by what the planner makes of them now; none where none were logged or can be planned. */
export function valueKinds(planner: Planner, query: Query): Promise<readonly ValueKind[]> {
  let ofPlanner = kindsOf.get(planner);
  if (ofPlanner === undefined) {
    ofPlanner = new WeakMap();
    kindsOf.set(planner, ofPlanner);
  }
  let kinds = ofPlanner.get(query);
  if (kinds === undefined) {
    kinds = sortValues(planner, query);
    ofPlanner.set(query, kinds);
  }
  return kinds;
}

async function sortValues(planner: Planner, query: Query): Promise<readonly ValueKind[]> {
  const planned: { sample: QuerySample; plan: Plan }[] = [];
  for (const sample of query.samples) {
    const result = await planner.plan(query, { add: [], hide: [] }, sample);
    if (result.ok) planned.push({ sample, plan: result.plan });
  }
  return [...Map.groupBy(planned, ({ plan }) => outline(plan)).values()].flatMap((group) => {
    const [first] = group.toSorted((a, b) => callsOf(b.sample) - callsOf(a.sample));
    if (first === undefined) return [];
    const members = group.map(({ sample }) => sample);
    return [{ ...first, members, calls: members.reduce((sum, one) => sum + callsOf(one), 0) }];
  });
}

/**
 * A plan with its numbers to the nearest power of two. Where a table is read whole all costs are alike, and yet an index
 * would serve one value and not the other: the rows that each step expects tell them apart.
 */
function outline(plan: Plan): string {
  return plan.lines
    .join("\n")
    .replaceAll(/\d+(?:\.\d+)?/g, (number) => String(Math.round(Math.log2(Number(number) + 1))));
}

function callsOf(sample: QuerySample): number {
  return sample.calls ?? 1;
}
