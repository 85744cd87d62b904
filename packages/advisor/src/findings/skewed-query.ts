import { statisticsFinder } from "../catalog/find-statistics.ts";
import type { Plan } from "../whatif/plan.ts";
import { type ValueKind, valueKinds } from "../whatif/plan-as-seen.ts";
import type { Planner } from "../whatif/planner.ts";
import type { Query } from "../workload/workload.ts";
import type { Evidence, Finding, FindingObject } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { planImpact } from "./plan-impact.ts";

/** How many times dearer some values must be than the others for a query to count as skewed. */
export const SKEW_FACTOR = 10;
/** Where times were logged for both, they must differ by this factor too: what was measured overrules an estimate. */
const MEASURED_FACTOR = 3;
/** Milliseconds below which nobody waits for the slow values. */
const NOTICEABLE_MS = 5;
/** Share of the query's own cost that the slow values must make up. */
const MINIMUM_SHARE = 0.2;

/** The executions of one query, parted by what the planner estimates for their values. */
interface Skew {
  readonly query: Query;
  readonly fast: Side;
  readonly slow: Side;
  /** The dearest kind. */
  readonly worst: ValueKind;
  /** Its plan with every advised index. */
  readonly after: Plan;
  /** One plan for all values; `null` where the planner makes none. */
  readonly generic: Plan | null;
  /** Mean cost over all executions, each planned with its own values. */
  readonly mean: number;
}

interface Side {
  readonly kinds: readonly ValueKind[];
  /** Share of the executions that were logged with values. */
  readonly share: number;
  readonly cost: number;
  /** Mean logged duration; `undefined` where none was logged. */
  readonly ms: number | undefined;
}

/** A query that is fast for most of its logged values and slow for some. The values themselves are never told. */
export async function skewedQuery(context: FindingContext): Promise<readonly Finding[]> {
  const { planner, selection } = context;
  if (planner === null) return [];
  const skews: Skew[] = [];
  const add = selection?.chosen.map(({ candidate }) => candidate) ?? [];
  for (const query of context.workload.queries) {
    const parted = partValues(await valueKinds(planner, query));
    if (parted === null) continue;
    const after = await planner.plan(query, { add, hide: [] }, parted.worst.sample);
    if (!after.ok || after.plan.cost < parted.fast.cost * SKEW_FACTOR) continue;
    const generic = await planner.plan(query, { add: [], hide: [] });
    const skew = { query, after: after.plan, generic: generic.ok ? generic.plan : null };
    skews.push({ ...parted, ...skew });
  }
  const byObject = Map.groupBy(skews, ({ query }) => JSON.stringify(skewedObject(query, context)));
  return [...byObject.values()].flatMap((group) => {
    const ranked = group.toSorted((a, b) => costInAll(b) - costInAll(a));
    const [worst] = ranked;
    const object = worst === undefined ? null : skewedObject(worst.query, context);
    return worst === undefined || object === null
      ? []
      : [findingFor(worst, ranked, object, planner, context)];
  });
}

/** Parts the kinds where cost jumps; `null` where nothing about them is worth telling. */
function partValues(
  kinds: readonly ValueKind[],
): Pick<Skew, "fast" | "slow" | "worst" | "mean"> | null {
  const worst = kinds.toSorted((a, b) => b.plan.cost - a.plan.cost)[0];
  if (worst === undefined) return null;
  const calls = kinds.reduce((sum, kind) => sum + kind.calls, 0);
  const limit = worst.plan.cost / SKEW_FACTOR;
  const fast = sideOf(
    kinds.filter(({ plan }) => plan.cost <= limit),
    calls,
  );
  const slow = sideOf(
    kinds.filter(({ plan }) => plan.cost > limit),
    calls,
  );
  if (fast.share < 0.5 || slow.cost < fast.cost * SKEW_FACTOR) return null;
  const mean = fast.cost * fast.share + slow.cost * slow.share;
  if (slow.cost * slow.share < mean * MINIMUM_SHARE) return null;
  if (slow.ms !== undefined && slow.ms < NOTICEABLE_MS) return null;
  if (slow.ms !== undefined && fast.ms !== undefined && slow.ms < fast.ms * MEASURED_FACTOR)
    return null;
  return { fast, slow, worst, mean };
}

function sideOf(kinds: readonly ValueKind[], calls: number): Side {
  const own = kinds.reduce((sum, kind) => sum + kind.calls, 0);
  const cost = kinds.reduce((sum, kind) => sum + kind.plan.cost * kind.calls, 0) / own;
  return { kinds, share: own / calls, cost, ms: meanDuration(kinds) };
}

function meanDuration(kinds: readonly ValueKind[]): number | undefined {
  let ms = 0;
  let calls = 0;
  for (const { durationMs, calls: own = 1 } of kinds.flatMap(({ members }) => members)) {
    if (durationMs === undefined) continue;
    ms += durationMs * own;
    calls += own;
  }
  return calls === 0 ? undefined : ms / calls;
}

function costInAll({ query, slow }: Skew): number {
  return slow.cost * slow.share * query.calls;
}

/** The compared column of whose values some are most common; the first table where none is known to be. */
function skewedObject(query: Query, { snapshot }: FindingContext): FindingObject | null {
  const find = statisticsFinder(snapshot);
  const compared = query.statement.tables.flatMap(({ table, predicates }) =>
    predicates.flatMap(({ column, role, value }) => {
      if (column === null || value === "none" || (role !== "equality" && role !== "range"))
        return [];
      return [{ table, column, common: find(table, column)?.commonFrequencies?.[0] ?? 0 }];
    }),
  );
  const most = compared.toSorted((a, b) => b.common - a.common)[0];
  const table = most?.table ?? query.statement.tables[0]?.table;
  if (table === undefined) return null;
  const place = { schema: table.schema, table: table.name, name: null };
  return most === undefined
    ? { type: "table", ...place, columns: [] }
    : { type: "column", ...place, columns: [most.column] };
}

function findingFor(
  worst: Skew,
  all: readonly Skew[],
  object: FindingObject,
  planner: Planner,
  context: FindingContext,
): Finding {
  const measured = worst.slow.ms !== undefined && worst.fast.ms !== undefined;
  return {
    code: "skewed-query",
    severity: "info",
    object,
    message: message(worst, all.length, keepsOnePlan(worst) ? context.ddl.planEachExecution : null),
    confidence: measured ? "verified" : "estimated",
    evidence: evidence(worst, context),
    queries: all.map(({ query, worst: kind, after }) => planImpact(query, kind.plan, after)),
    bytes: null,
    savedMsPerDay: null,
    ddl: null,
    planner: planner.name,
  };
}

function message(
  { fast, slow }: Skew,
  queries: number,
  eachExecution: string | null | undefined,
): string {
  const who = queries === 1 ? "A query is" : `${queries} queries are, the first of them`;
  const advice = eachExecution
    ? ` Where it is a prepared statement, let the session plan each execution: ${eachExecution}`
    : "";
  return (
    `${who} fast for ${percent(fast.share)} of the logged executions and slow for ${percent(slow.share)}: ` +
    `estimated cost ${rounded(fast.cost)} against ${rounded(slow.cost)}${durations(fast, slow)}, by the values alone.${advice}`
  );
}

function durations(fast: Side, slow: Side): string {
  return fast.ms === undefined || slow.ms === undefined
    ? ""
    : `, measured ${rounded(fast.ms)} ms against ${rounded(slow.ms)} ms`;
}

function evidence(skew: Skew, context: FindingContext): readonly Evidence[] {
  const { fast, slow, worst, after, query } = skew;
  const values = query.samples.length;
  const chosen = context.selection?.chosen.length ?? 0;
  return [
    {
      check: "custom-plans",
      verdict: "for",
      detail: `${values} logged values planned one by one: ${slow.kinds.reduce((sum, kind) => sum + kind.members.length, 0)} of them cost ${rounded(slow.cost / fast.cost)} times as much as the others`,
    },
    fast.ms === undefined || slow.ms === undefined
      ? {
          check: "durations",
          verdict: "unknown",
          detail: "no durations were logged for both kinds of values",
        }
      : {
          check: "durations",
          verdict: "for",
          detail: `logged: ${rounded(fast.ms)} ms on average for the fast values, ${rounded(slow.ms)} ms for the slow ones`,
        },
    // Else the server plans each execution anyway.
    ...(context.ddl.planEachExecution === undefined ? [] : [genericPlan(skew)]),
    {
      check: "replan",
      verdict: after.cost < worst.plan.cost * 0.9 ? "for" : "against",
      detail:
        chosen === 0
          ? "no index was found that the workload would gain from; none makes the slow values fast"
          : `with ${chosen === 1 ? "the advised index" : `all ${chosen} advised indexes`} the dearest value costs ${rounded(after.cost)} instead of ${rounded(worst.plan.cost)}, and stays slow`,
    },
  ];
}

function genericPlan(skew: Skew): Evidence {
  const { generic, mean } = skew;
  const check = "generic-plan";
  if (generic === null)
    return { check, verdict: "unknown", detail: "the planner made no plan for all values" };
  const cost = `one plan for all values is estimated at ${rounded(generic.cost)}, the mean of the plans for each value is ${rounded(mean)}`;
  if (keepsOnePlan(skew)) {
    return {
      check,
      verdict: "for",
      detail: `${cost}: a server may keep the one for a prepared statement. It takes other steps than the plan for ${percent(otherSteps(skew))} of the executions; what it costs with their values is not known`,
    };
  }
  return {
    check,
    verdict: "against",
    detail:
      otherSteps(skew) === 0
        ? `${cost}, by the same steps: planning each execution anew changes nothing`
        : `${cost}: a server would go on planning each execution`,
  };
}

/** Whether a server that compares the costs would run all values by one plan, which is not that of some of them. */
function keepsOnePlan(skew: Skew): boolean {
  return skew.generic !== null && skew.generic.cost < skew.mean && otherSteps(skew) > 0;
}

/** Share of the executions whose own plan takes other steps than the one for all. */
function otherSteps({ fast, slow, generic }: Skew): number {
  if (generic === null) return 0;
  const kinds = [...fast.kinds, ...slow.kinds];
  const all = kinds.reduce((sum, kind) => sum + kind.calls, 0);
  const other = kinds
    .filter(({ plan }) => steps(plan) !== steps(generic))
    .reduce((sum, kind) => sum + kind.calls, 0);
  return other / all;
}

/** What can be compared of plans with and without values: their length and the indexes. */
function steps({ lines, indexes }: Plan): string {
  return [lines.length, ...indexes.toSorted()].join("\0");
}

function percent(share: number): string {
  const value = share * 100;
  return value > 0 && value < 1
    ? `${value.toPrecision(1)} %`
    : value > 99 && value < 100
      ? `${value.toFixed(1)} %`
      : `${Math.round(value)} %`;
}

function rounded(value: number): string {
  return value >= 10 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
