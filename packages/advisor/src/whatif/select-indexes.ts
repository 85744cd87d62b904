import { type CandidateIndex, candidateId } from "../candidates/candidate-index.ts";
import { tableKey } from "../catalog/catalog.ts";
import type { CandidateSet } from "../candidates/generate-candidates.ts";
import type { Query } from "../workload/workload.ts";
import type { Plan } from "./plan.ts";
import { planAsSeen } from "./plan-as-seen.ts";
import type { IndexConfiguration, Planner } from "./planner.ts";
import { workloadWeights } from "./workload-weights.ts";

/** Share of the cost of the queries that it touches that an index must save to be advised. */
export const MINIMUM_GAIN = 0.1;
/** Share of the whole workload's cost that an index must save to be advised: below it the noise of statistics is larger. */
export const MINIMUM_WORKLOAD_GAIN = 0.001;

/** A query's plans without any new index and with all chosen ones. */
export interface PlannedQuery {
  readonly query: Query;
  /** Workload cost of one unit of the plan's cost: milliseconds where times are known. */
  readonly weight: number;
  readonly before: Plan;
  readonly after: Plan;
}

export interface ChosenIndex {
  readonly candidate: CandidateIndex;
  readonly bytes: number;
  /** Weighted cost that comes back when this index alone is left out of the choice. */
  readonly saved: number;
  /** Queries whose plan changes when this index alone is left out, with the plan they then get. */
  readonly without: readonly { readonly fingerprint: string; readonly plan: Plan }[];
}

export interface IndexSelection {
  readonly chosen: readonly ChosenIndex[];
  readonly planned: readonly PlannedQuery[];
  /** Queries that the planner could not plan, and why. */
  readonly unplanned: readonly { readonly query: Query; readonly reason: string }[];
  /** Candidates that the planner refused, and why. */
  readonly refused: readonly { readonly candidate: CandidateIndex; readonly reason: string }[];
}

/**
 * Chooses indexes for the whole workload: the planner picks among all candidates per query, the picks are added one by one
 * by what they save over all queries, and each one is kept only if leaving it out again costs more than the bars above.
 */
export async function selectIndexes(
  planner: Planner,
  queries: readonly Query[],
  set: CandidateSet,
  progress: (message: string) => void,
): Promise<IndexSelection> {
  const proposals = await planner.propose(set.candidates.map((entry) => entry.candidate));
  const sizes = new Map<string, number>();
  const refused: { candidate: CandidateIndex; reason: string }[] = [];
  for (const proposal of proposals) {
    if (proposal.accepted) sizes.set(candidateId(proposal.candidate), proposal.bytes);
    else refused.push({ candidate: proposal.candidate, reason: proposal.reason });
  }
  const candidatesOf = new Map<string, CandidateIndex[]>();
  for (const { candidate, queries: fingerprints } of set.candidates) {
    if (!sizes.has(candidateId(candidate))) continue;
    for (const fingerprint of fingerprints) {
      const list = candidatesOf.get(fingerprint) ?? [];
      list.push(candidate);
      candidatesOf.set(fingerprint, list);
    }
  }

  const bases: { query: Query; plan: Plan }[] = [];
  const unplanned: { query: Query; reason: string }[] = [];
  for (const [position, query] of queries.entries()) {
    progress(`planning ${position + 1} of ${queries.length} queries`);
    const result = await planAsSeen(planner, query, { add: [], hide: [] });
    if (result.ok) bases.push({ query, plan: result.plan });
    else unplanned.push({ query, reason: result.reason });
  }
  const weights = workloadWeights(bases);
  const workload: WeightedQuery[] = bases.map(({ query, plan }) => ({
    query,
    plan,
    weight: weights.get(query.fingerprint) ?? 0,
    tables: new Set(query.statement.tables.map((use) => tableKey(use.table))),
  }));

  const pool = await plannersPicks(planner, workload, candidatesOf);
  const total = workload.reduce((sum, { plan, weight }) => sum + plan.cost * weight, 0);
  const added = await addGreedily(planner, workload, pool, total, progress);
  const kept = await dropNeedless(planner, workload, added, total);
  const chosen: ChosenIndex[] = [];
  for (const { candidate, loss } of kept) {
    const bytes = sizes.get(candidateId(candidate)) ?? 0;
    chosen.push({ candidate, bytes, saved: loss.saved, without: loss.without });
  }
  const finalConfiguration = { add: chosen.map((index) => index.candidate), hide: [] };
  const planned: PlannedQuery[] = [];
  for (const { query, plan, weight } of workload) {
    const after = await planOrKeep(planner, query, finalConfiguration, plan);
    planned.push({ query, weight, before: plan, after });
  }
  return { chosen, planned, unplanned, refused };
}

interface WeightedQuery {
  readonly query: Query;
  /** Plan without any new index. */
  readonly plan: Plan;
  readonly weight: number;
  /** Keys of the tables it uses: indexes on others can't change its plan. */
  readonly tables: ReadonlySet<string>;
}

/** Every candidate that the planner uses for some query when it may use all of them, or all of them with one key. */
async function plannersPicks(
  planner: Planner,
  workload: readonly WeightedQuery[],
  candidatesOf: ReadonlyMap<string, readonly CandidateIndex[]>,
): Promise<readonly CandidateIndex[]> {
  const picks = new Map<string, CandidateIndex>();
  for (const { query, plan } of workload) {
    const all = candidatesOf.get(query.fingerprint) ?? [];
    for (const width of [1, 2, Number.POSITIVE_INFINITY]) {
      const some = all.filter((candidate) => candidate.keys.length <= width);
      if (some.length === 0) continue;
      const used = (await planOrKeep(planner, query, { add: some, hide: [] }, plan)).candidates;
      for (const candidate of some) {
        const id = candidateId(candidate);
        if (used.includes(id)) picks.set(id, candidate);
      }
    }
  }
  return [...picks.values()];
}

async function addGreedily(
  planner: Planner,
  workload: readonly WeightedQuery[],
  pool: readonly CandidateIndex[],
  total: number,
  progress: (message: string) => void,
): Promise<readonly CandidateIndex[]> {
  const chosen: CandidateIndex[] = [];
  let costs = new Map(workload.map(({ query, plan }) => [query.fingerprint, plan.cost]));
  let rest = [...pool];
  while (rest.length > 0) {
    progress(`choosing indexes: ${chosen.length} chosen, ${rest.length} candidates left`);
    let best: { candidate: CandidateIndex; saved: number; costs: Map<string, number> } | null =
      null;
    const useful: CandidateIndex[] = [];
    for (const candidate of rest) {
      const next = new Map(costs);
      let saved = 0;
      let touched = 0;
      for (const { query, plan, weight, tables } of workload) {
        if (!tables.has(tableKey(candidate.table))) continue;
        const now = costs.get(query.fingerprint) ?? plan.cost;
        const configuration = { add: [...chosen, candidate], hide: [] };
        const { cost } = await planOrKeep(planner, query, configuration, plan);
        if (cost < now) {
          saved += (now - cost) * weight;
          touched += now * weight;
          next.set(query.fingerprint, cost);
        }
      }
      if (!isWorthwhile(saved, touched, total)) continue;
      useful.push(candidate);
      if (best === null || saved > best.saved) best = { candidate, saved, costs: next };
    }
    if (best === null) break;
    chosen.push(best.candidate);
    costs = best.costs;
    const taken = candidateId(best.candidate);
    rest = useful.filter((candidate) => candidateId(candidate) !== taken);
  }
  return chosen;
}

interface Loss {
  readonly saved: number;
  readonly touched: number;
  readonly without: readonly { readonly fingerprint: string; readonly plan: Plan }[];
}

/** Leaves indexes out while one of them no longer earns its place beside the others, the least useful first. */
async function dropNeedless(
  planner: Planner,
  workload: readonly WeightedQuery[],
  added: readonly CandidateIndex[],
  total: number,
): Promise<readonly { candidate: CandidateIndex; loss: Loss }[]> {
  let kept = [...added];
  for (;;) {
    const judged: { candidate: CandidateIndex; loss: Loss }[] = [];
    for (const candidate of kept) {
      judged.push({ candidate, loss: await lossWithout(planner, workload, kept, candidate) });
    }
    const ranked = judged.toSorted((a, b) => a.loss.saved - b.loss.saved);
    const needless = ranked.find(
      ({ loss }) => !isWorthwhile(loss.saved, loss.touched, total),
    )?.candidate;
    if (needless === undefined) return ranked.toReversed();
    kept = kept.filter((candidate) => candidate !== needless);
  }
}

async function lossWithout(
  planner: Planner,
  workload: readonly WeightedQuery[],
  kept: readonly CandidateIndex[],
  candidate: CandidateIndex,
): Promise<Loss> {
  const others = kept.filter((other) => other !== candidate);
  let saved = 0;
  let touched = 0;
  const without: { fingerprint: string; plan: Plan }[] = [];
  for (const { query, plan, weight, tables } of workload) {
    if (!tables.has(tableKey(candidate.table))) continue;
    const withIt = await planOrKeep(planner, query, { add: kept, hide: [] }, plan);
    const withoutIt = await planOrKeep(planner, query, { add: others, hide: [] }, plan);
    if (withoutIt.cost <= withIt.cost) continue;
    saved += (withoutIt.cost - withIt.cost) * weight;
    touched += withoutIt.cost * weight;
    without.push({ fingerprint: query.fingerprint, plan: withoutIt });
  }
  return { saved, touched, without };
}

function isWorthwhile(saved: number, touched: number, total: number): boolean {
  return saved > 0 && saved >= touched * MINIMUM_GAIN && saved >= total * MINIMUM_WORKLOAD_GAIN;
}

/** A plan that fails with more indexes than the one that worked is no reason to stop: the known plan stays. */
async function planOrKeep(
  planner: Planner,
  query: Query,
  configuration: IndexConfiguration,
  known: Plan,
): Promise<Plan> {
  const result = await planAsSeen(planner, query, configuration);
  return result.ok ? result.plan : known;
}
