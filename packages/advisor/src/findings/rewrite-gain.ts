import { type CandidateIndex, candidateId } from "../candidates/candidate-index.ts";
import { generateCandidates } from "../candidates/generate-candidates.ts";
import type { QueryReview } from "../engine.ts";
import type { Plan } from "../whatif/plan.ts";
import { planAsSeen } from "../whatif/plan-as-seen.ts";
import { type PlannedQuery, SELECTION_BARS } from "../whatif/select-indexes.ts";
import type { Query } from "../workload/workload.ts";
import type { QueryImpact } from "./finding.ts";
import type { FindingContext } from "./finding-context.ts";
import { planImpact } from "./plan-impact.ts";

/** What a query costs in other words. */
export interface RewriteGain {
  readonly query: Query;
  /** As it is, with the indexes that exist. */
  readonly before: Plan;
  readonly after: Plan;
  /** New indexes that `after` uses; empty where those that exist do. */
  readonly added: readonly CandidateIndex[];
  /** Cost as it is, if the new indexes were there too. */
  readonly beforeWithAdded: number;
}

/**
 * Plans a query as it is and rewritten, first with the indexes that exist, then with those that would serve the rewritten
 * text. `null` where it is not cheaper by the bars that an index has to pass, or where nothing can be planned.
 */
export async function rewriteGain(
  context: FindingContext,
  query: Query,
  rewrite: NonNullable<QueryReview["rewrite"]>,
): Promise<RewriteGain | null> {
  const { planner, snapshot } = context;
  if (planner === null) return null;
  // The same executions on both sides.
  const asIs: Query = { ...query, samples: rewrite.samples.map(({ before }) => before) };
  const rewritten: Query = {
    ...query,
    sql: rewrite.sql,
    statement: rewrite.statement,
    samples: rewrite.samples.map(({ after }) => after),
  };
  const none = { add: [], hide: [] };
  const before = await planAsSeen(planner, asIs, none);
  const after = await planAsSeen(planner, rewritten, none);
  if (!before.ok || !after.ok) return null;
  if (isWorthwhile(context, query, before.plan.cost, after.plan.cost)) {
    const { plan } = before;
    return { query, before: plan, after: after.plan, added: [], beforeWithAdded: plan.cost };
  }
  if (!planner.capabilities.hypotheticalIndexes) return null;
  const { candidates } = generateCandidates([rewritten], snapshot, context);
  const proposals = await planner.propose(candidates.map(({ candidate }) => candidate));
  const accepted = proposals.flatMap((one) => (one.accepted ? [one.candidate] : []));
  const tried = await planAsSeen(planner, rewritten, { add: accepted, hide: [] });
  if (!tried.ok || tried.plan.candidates.length === 0) return null;
  const used = tried.plan.candidates;
  const added = accepted.filter((candidate) => used.includes(candidateId(candidate)));
  // The query as it is may gain by the same index: then the words do not matter.
  const rival = await planAsSeen(planner, asIs, { add: accepted, hide: [] });
  const rivalCost = Math.min(
    before.plan.cost,
    rival.ok ? rival.plan.cost : before.plan.cost,
    plannedEntry(context, query)?.after.cost ?? before.plan.cost,
  );
  return isWorthwhile(context, query, rivalCost, tried.plan.cost)
    ? { query, before: before.plan, after: tried.plan, added, beforeWithAdded: rivalCost }
    : null;
}

/** The bars of an index: a tenth of the query's cost, more than a small table costs, and more than the workload's noise. */
function isWorthwhile(
  context: FindingContext,
  query: Query,
  before: number,
  after: number,
): boolean {
  const saved = before - after;
  if (saved < before * SELECTION_BARS.gain || saved < SELECTION_BARS.perExecution) return false;
  const planned = context.selection?.planned ?? [];
  const own = plannedEntry(context, query);
  if (own === undefined) return true;
  const total = planned.reduce((sum, entry) => sum + entry.before.cost * entry.weight, 0);
  return saved * own.weight >= total * SELECTION_BARS.workloadGain;
}

function plannedEntry({ selection }: FindingContext, query: Query): PlannedQuery | undefined {
  return selection?.planned.find((entry) => entry.query.fingerprint === query.fingerprint);
}

/** Whether the advised indexes serve the query as it is: what that saves is theirs. */
export function isServedAnyway(context: FindingContext, query: Query): boolean {
  const own = plannedEntry(context, query);
  return own !== undefined && own.after.cost < own.before.cost * (1 - SELECTION_BARS.gain);
}

/** `shown` is the text to offer, `null` where the advice is not to change the text so. */
export function gainImpact(
  { query, before, after }: RewriteGain,
  shown: string | null,
): QueryImpact {
  return planImpact(query, before, after, shown);
}

/** `1,204 -> 8.4 (143 times less)`, for one sentence. */
export function costText(before: number, after: number): string {
  const times = before / Math.max(after, Number.MIN_VALUE);
  return `${rounded(before)} to ${rounded(after)} (${rounded(times)} times less)`;
}

function rounded(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(2)));
}
