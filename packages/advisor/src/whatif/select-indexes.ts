import { type CandidateIndex, candidateId } from "../candidates/candidate-index.ts";
import { tableKey } from "../catalog/catalog.ts";
import type { CandidateSet } from "../candidates/generate-candidates.ts";
import type { Query } from "../workload/workload.ts";
import { createCostOracle } from "./cost-oracle.ts";
import { type CurvePoint, kneeOf, lowerHull } from "./cost-curve.ts";
import type { PricedIndex, SelectionProblem } from "./index-choice.ts";
import { keepWorthwhile } from "./keep-worthwhile.ts";
import { narrowerIndexes } from "./narrower-indexes.ts";
import type { Plan } from "./plan.ts";
import { planAsSeen } from "./plan-as-seen.ts";
import type { Planner } from "./planner.ts";
import { searchIndexes } from "./search-indexes.ts";
import type { TableUpkeep } from "./table-upkeep.ts";
import { usableIndexes } from "./usable-indexes.ts";
import { type WorseQuery, worseQueries } from "./worse-queries.ts";
import { workloadWeights } from "./workload-weights.ts";

/** Limits of what may be advised. Absent: no limit. */
export interface SelectionLimits {
  /** Bytes that all new indexes may take together. */
  readonly budgetBytes?: number;
  readonly maxIndexes?: number;
  /** Milliseconds after which the search ends with the best that it has: two runs may then differ. */
  readonly timeLimitMs?: number;
}

/** What an index has to save to be advised. */
export interface SelectionBars {
  /** Share of the cost of the queries that it touches. */
  readonly gain: number;
  /** Share of the whole workload's cost: below it the noise of statistics is larger. */
  readonly workloadGain: number;
  /** Plan cost that a query must save in one execution to count: what reading a table costs that is too small to matter. Default 0. */
  readonly perExecution?: number;
  /** The same for an index that finds what another finds already, and holds more columns so that no row has to be fetched. */
  readonly perCoveredExecution?: number;
  /** Less than either counts all the same for a query that gains all of this. Absent: never. */
  readonly often?: {
    /** Share of the query's own cost. */
    readonly gain: number;
    /** Executions that the bar is multiplied with: what all the query's executions save together. */
    readonly executions: number;
    /** Share of the whole workload's cost. */
    readonly workloadGain: number;
  };
}

export const SELECTION_BARS: Required<SelectionBars> = {
  gain: 0.1,
  workloadGain: 0.001,
  perExecution: 75,
  perCoveredExecution: 750,
  often: { gain: 0.8, executions: 1_000, workloadGain: 0.1 },
};

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
  /** Weighted cost that comes back when this index alone is left out of the choice, less what writes then save. */
  readonly saved: number;
  /** Weighted cost that writes pay for it. */
  readonly upkeep: number;
  /** Queries whose plan changes when this index alone is left out, with the plan they then get. */
  readonly without: readonly { readonly fingerprint: string; readonly plan: Plan }[];
}

/** One offer of the cost curve: the cheapest set of its size. */
export interface SelectionPoint {
  readonly candidates: readonly CandidateIndex[];
  readonly bytes: number;
  /** Share of today's workload cost, what writes pay included: 1 without any new index. */
  readonly cost: number;
  /** After it, more bytes save little. */
  readonly knee: boolean;
}

export interface IndexSelection {
  readonly chosen: readonly ChosenIndex[];
  readonly planned: readonly PlannedQuery[];
  /** Share of today's workload cost that is left with the chosen indexes, what writes pay included. */
  readonly cost: number;
  /** False where the time limit ended the search. */
  readonly complete: boolean;
  /** Ascending by bytes; the first has no index. */
  readonly curve: readonly SelectionPoint[];
  /** Queries that cost more with the chosen indexes, the heaviest first. */
  readonly worse: readonly WorseQuery[];
  /** Queries that the planner could not plan, and why. */
  readonly unplanned: readonly { readonly query: Query; readonly reason: string }[];
  /** Candidates that the planner refused, and why. */
  readonly refused: readonly { readonly candidate: CandidateIndex; readonly reason: string }[];
}

export interface SelectionOptions {
  readonly limits?: SelectionLimits;
  /** What writes pay for indexes. Default: nothing. */
  readonly upkeep?: TableUpkeep;
  readonly bars?: SelectionBars;
  readonly progress?: (message: string) => void;
}

/** Offers on the curve: as many as a reader compares. */
const MAX_POINTS = 12;

/**
 * Chooses indexes for the whole workload within the limits, at the least weighted cost of its queries and of the writes that
 * keep the indexes up to date. What the search inferred is planned again for the choice: an index stays only if leaving it
 * out costs more than the bars.
 */
export async function selectIndexes(
  planner: Planner,
  queries: readonly Query[],
  set: CandidateSet,
  options: SelectionOptions = {},
): Promise<IndexSelection> {
  const { limits = {}, upkeep = NO_UPKEEP, bars = SELECTION_BARS, progress = () => {} } = options;
  const started = performance.now();
  progress(`trying ${set.candidates.length} candidate indexes`);
  const { entries, refused } = await proposeAll(planner, set);
  const { bases, unplanned } = await planBases(planner, queries, progress);
  const { byQuery, usual } = workloadWeights(bases);
  const weights = bases.map(({ query }) => byQuery.get(query.fingerprint) ?? 0);
  const total = bases.reduce(
    (sum, { plan }, position) => sum + plan.cost * (weights[position] ?? 0),
    0,
  );

  const candidates = entries.map(({ candidate }) => candidate);
  const numbers = new Map(candidates.map((candidate, number) => [candidateId(candidate), number]));
  const pick = (picked: readonly number[]): readonly CandidateIndex[] =>
    picked.flatMap((number) => candidates[number] ?? []);
  const oracle = createCostOracle(
    bases.map(({ query, plan }) => usableIndexes(query, entries, plan.indexes)),
    async (position, picked) => {
      const base = bases[position];
      if (base === undefined) throw new RangeError(`no query ${position}`);
      if (oracle.counts().asked % 50 === 0)
        progress(`choosing indexes: ${oracle.counts().asked} plans compared`);
      return picked.length === 0 ? base.plan : planOrKeep(planner, base, pick(picked));
    },
    (id) => numbers.get(id),
  );
  const narrower = narrowerIndexes(candidates);
  // The search asks for the same few sets of a table's indexes over and over.
  const upkeepCosts = new Map<string, number>();
  const problem: SelectionProblem = {
    oracle,
    weights,
    indexes: entries.map(({ candidate, bytes }, number): PricedIndex => ({
      table: tableKey(candidate.table),
      bytes,
      parts: narrower[number]?.parts ?? [],
      prefixes: narrower[number]?.prefixes ?? [],
      perExecution:
        (isOnlyCovering(candidate, candidates) ? bars.perCoveredExecution : bars.perExecution) ?? 0,
    })),
    upkeep: (table, picked) => {
      const key = `${table}\0${picked.join(",")}`;
      let cost = upkeepCosts.get(key);
      if (cost === undefined) {
        const added = picked.flatMap((number) => entries[number] ?? []);
        cost = usual * upkeep(table, added);
        upkeepCosts.set(key, cost);
      }
      return cost;
    },
    minimumGain: total * bars.workloadGain,
  };
  let complete = true;
  const { best, passed } = await searchIndexes(problem, {
    bytes: limits.budgetBytes ?? Number.POSITIVE_INFINITY,
    indexes: limits.maxIndexes ?? Number.POSITIVE_INFINITY,
    expired: () => {
      const over = performance.now() - started > (limits.timeLimitMs ?? Number.POSITIVE_INFINITY);
      if (over) complete = false;
      return over;
    },
  });

  progress("checking each chosen index");
  const planWith = async (position: number, picked: readonly number[]): Promise<Plan> => {
    const base = bases[position];
    if (base === undefined) throw new RangeError(`no query ${position}`);
    return planOrKeep(planner, base, pick(picked));
  };
  const kept = await keepWorthwhile(problem, best.indexes, planWith, {
    bars,
    total,
    calls: bases.map(({ query }) => query.calls),
  });
  const chosen = kept.flatMap(({ index, saved, upkeep: paid, without }): readonly ChosenIndex[] => {
    const entry = entries[index];
    if (entry === undefined) return [];
    return [
      {
        ...entry,
        saved,
        upkeep: paid,
        without: without.flatMap(({ query, plan }) => {
          const base = bases[query];
          return base === undefined ? [] : [{ fingerprint: base.query.fingerprint, plan }];
        }),
      },
    ];
  });

  const keptNumbers = kept.map(({ index }) => index).toSorted((a, b) => a - b);
  const planned: PlannedQuery[] = [];
  for (const [position, { query, plan }] of bases.entries()) {
    const after = await planWith(position, keptNumbers);
    planned.push({ query, weight: weights[position] ?? 0, before: plan, after });
  }
  const paid = upkeepOf(problem, keptNumbers);
  const left = planned.reduce((sum, { after, weight }) => sum + after.cost * weight, paid);
  const points = [
    ...passed,
    { indexes: keptNumbers, bytes: bytesOf(problem, keptNumbers), cost: left },
  ];
  return {
    chosen,
    planned,
    cost: total > 0 ? left / total : 1,
    complete,
    curve: curveOf(points, total, pick),
    worse: worseQueries(planned, chosen, upkeep, usual),
    unplanned,
    refused,
  };
}

const NO_UPKEEP: TableUpkeep = () => 0;

/** Whether the same keys alone were no candidate: an existing index has them. */
function isOnlyCovering(candidate: CandidateIndex, all: readonly CandidateIndex[]): boolean {
  if (candidate.include.length === 0) return false;
  const keysAlone = candidateId({ ...candidate, include: [] });
  return !all.some((other) => candidateId(other) === keysAlone);
}

interface Entry {
  readonly candidate: CandidateIndex;
  readonly bytes: number;
  readonly queries: readonly string[];
  readonly undecided: readonly string[];
  readonly rivals: ReadonlyMap<string, readonly string[]>;
}

async function proposeAll(
  planner: Planner,
  set: CandidateSet,
): Promise<{ readonly entries: readonly Entry[]; readonly refused: IndexSelection["refused"] }> {
  const proposals = await planner.propose(set.candidates.map((entry) => entry.candidate));
  const entries: Entry[] = [];
  const refused: { candidate: CandidateIndex; reason: string }[] = [];
  for (const [position, proposal] of proposals.entries()) {
    const { candidate } = proposal;
    const { queries = [], undecided = [], rivals = new Map() } = set.candidates[position] ?? {};
    if (proposal.accepted)
      entries.push({ candidate, bytes: proposal.bytes, queries, undecided, rivals });
    else refused.push({ candidate, reason: proposal.reason });
  }
  return { entries, refused };
}

interface Base {
  readonly query: Query;
  /** Plan without any new index. */
  readonly plan: Plan;
}

async function planBases(
  planner: Planner,
  queries: readonly Query[],
  progress: (message: string) => void,
): Promise<{ readonly bases: readonly Base[]; readonly unplanned: IndexSelection["unplanned"] }> {
  const bases: Base[] = [];
  const unplanned: { query: Query; reason: string }[] = [];
  for (const [position, query] of queries.entries()) {
    progress(`planning ${position + 1} of ${queries.length} queries`);
    const result = await planAsSeen(planner, query, { add: [], hide: [] });
    if (result.ok) bases.push({ query, plan: result.plan });
    else unplanned.push({ query, reason: result.reason });
  }
  return { bases, unplanned };
}

/** A plan that fails with more indexes than the one that worked is no reason to stop: the known plan stays. */
async function planOrKeep(
  planner: Planner,
  base: Base,
  add: readonly CandidateIndex[],
): Promise<Plan> {
  const result = await planAsSeen(planner, base.query, { add, hide: [] });
  return result.ok ? result.plan : base.plan;
}

function bytesOf({ indexes }: SelectionProblem, picked: readonly number[]): number {
  return picked.reduce((sum, index) => sum + (indexes[index]?.bytes ?? 0), 0);
}

function upkeepOf({ indexes, upkeep }: SelectionProblem, picked: readonly number[]): number {
  const byTable = Map.groupBy(picked, (index) => indexes[index]?.table ?? "");
  return [...byTable].reduce((sum, [table, some]) => sum + upkeep(table, some), 0);
}

function curveOf(
  points: readonly CurvePoint[],
  total: number,
  pick: (indexes: readonly number[]) => readonly CandidateIndex[],
): readonly SelectionPoint[] {
  const hull = lowerHull(points);
  const knee = kneeOf(hull);
  return thinOut(hull, knee, MAX_POINTS).map((point) => ({
    candidates: pick(point.indexes),
    bytes: point.bytes,
    cost: total > 0 ? point.cost / total : 1,
    knee: point === knee,
  }));
}

/** Leaves out the points that save least over the one before, never the ends or the knee. */
function thinOut(
  hull: readonly CurvePoint[],
  knee: CurvePoint | null,
  most: number,
): readonly CurvePoint[] {
  const left = [...hull];
  while (left.length > most) {
    let least = -1;
    let leastGain = Number.POSITIVE_INFINITY;
    for (let at = 1; at < left.length - 1; at++) {
      const gain = (left[at - 1]?.cost ?? 0) - (left[at]?.cost ?? 0);
      if (left[at] !== knee && gain < leastGain) {
        least = at;
        leastGain = gain;
      }
    }
    if (least < 0) break;
    left.splice(least, 1);
  }
  return left;
}
