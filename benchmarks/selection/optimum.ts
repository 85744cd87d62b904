import {
  buildWorkload,
  type CandidateSet,
  engineNamed,
  generateCandidates,
  type Planner,
  type Query,
  selectIndexes,
  tableKey,
} from "@dbadvise/advisor";
import { generatedSnapshot, generatedWorkload } from "./generated.ts";

/** As many as can be tried in every combination. */
const MAX_CANDIDATES = 14;
/** Shares of the bytes of all candidates. */
const BUDGETS = [0.1, 0.25, 0.5, 0.75, 1] as const;

/** Chooses for generated workloads at several budgets, and compares the cost with the cheapest of all combinations. */
export async function compareWithOptimum(
  seeds: number,
): Promise<{ readonly lines: readonly string[]; readonly worst: number }> {
  const engine = engineNamed("PostgreSQL");
  let worst = { excess: 0, at: "all equal" };
  let compared = 0;
  let exact = 0;
  let requests = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const snapshot = generatedSnapshot({ seed, tables: 3 });
    const sources = [generatedWorkload({ seed, tables: 3, queries: 8 })];
    const { queries } = await buildWorkload(sources, engine.parse, snapshot.catalog);
    const all = generateCandidates(queries, snapshot, {
      ddl: engine.ddl(snapshot),
      forms: engine.indexForms(snapshot),
    });
    const set = { ...all, candidates: spread(all.candidates, MAX_CANDIDATES) };
    // One planner, whose cache then answers: the choice itself asks for what it wants to know.
    const planner = await engine.createPlanner(snapshot, () => undefined);
    try {
      const optimum = await bestOfAll(planner, queries, set);
      for (const [position, share] of BUDGETS.entries()) {
        const asked = planner.calls().requests;
        const { cost } = await selectIndexes(planner, queries, set, {
          limits: { budgetBytes: Math.floor(optimum.bytes * share) },
          bars: { gain: 0, workloadGain: 0 },
        });
        const excess = cost / (optimum.costs[position] ?? 1) - 1;
        compared++;
        requests += planner.calls().requests - asked;
        if (excess < 1e-6) exact++;
        if (excess > worst.excess) worst = { excess, at: `seed ${seed}, budget ${share}` };
      }
    } finally {
      await planner.close();
    }
    process.stderr.write(`seed ${seed}: worst ${(worst.excess * 100).toFixed(2)} %\n`);
  }
  return {
    lines: [
      `Beside the best of all combinations of at most ${MAX_CANDIDATES} candidates: ${seeds} generated workloads of 8 queries, budgets of ${BUDGETS.map((share) => `${share * 100} %`).join(", ")} of all candidates' bytes.`,
      `${exact} of ${compared} choices are the optimum; the worst costs ${(worst.excess * 100).toFixed(2)} % more (${worst.at}). ${Math.round(requests / compared)} requests to the planner per choice. The bars of what an index has to save are 0 on both sides.`,
    ],
    worst: worst.excess,
  };
}

/** Evenly over the list: every table and kind has a share. */
function spread<T>(items: readonly T[], most: number): readonly T[] {
  if (items.length <= most) return items;
  return Array.from(
    { length: most },
    (_, position) => items[Math.floor((position * items.length) / most)],
  ).filter((item) => item !== undefined);
}

/** The share of today's cost that the cheapest combination leaves, by budget. */
async function bestOfAll(
  planner: Planner,
  queries: readonly Query[],
  set: CandidateSet,
): Promise<{ readonly bytes: number; readonly costs: readonly number[] }> {
  const proposals = await planner.propose(set.candidates.map(({ candidate }) => candidate));
  const sized = proposals.filter((proposal) => proposal.accepted);
  const bytes = sized.reduce((sum, each) => sum + each.bytes, 0);
  const tables = await Promise.all(queries.map((query) => costsOfQuery(planner, query, sized)));
  const today = tables.reduce((sum, costs) => sum + (costs.get(0) ?? 0), 0);
  const best = BUDGETS.map(() => today);
  for (let chosen = 0; chosen < 2 ** sized.length; chosen++) {
    const size = sized.reduce((sum, each, bit) => sum + ((chosen >> bit) & 1) * each.bytes, 0);
    const cost = tables.reduce(
      (sum, costs) => sum + (costs.get(chosen & (costs.get(-1) ?? 0)) ?? 0),
      0,
    );
    for (const [position, share] of BUDGETS.entries())
      if (size <= Math.floor(bytes * share) && cost < (best[position] ?? 0)) best[position] = cost;
  }
  return { bytes, costs: best.map((cost) => cost / today) };
}

/** The query's cost under every combination of the candidates on its tables; their bits are at -1. */
async function costsOfQuery(
  planner: Planner,
  query: Query,
  sized: readonly { readonly candidate: CandidateSet["candidates"][number]["candidate"] }[],
): Promise<ReadonlyMap<number, number>> {
  const used = new Set(query.statement.tables.map((use) => tableKey(use.table)));
  const bits = sized.flatMap(({ candidate }, bit) =>
    used.has(tableKey(candidate.table)) ? [bit] : [],
  );
  const costs = new Map([[-1, bits.reduce((mask, bit) => mask | (1 << bit), 0)]]);
  for (let chosen = 0; chosen < 2 ** bits.length; chosen++) {
    const own = bits.filter((_, position) => ((chosen >> position) & 1) === 1);
    const add = own.flatMap((bit) => sized[bit]?.candidate ?? []);
    const result = await planner.plan(query, { add, hide: [] });
    if (!result.ok) throw new Error(`${query.sql}: ${result.reason}`);
    const weighted = result.plan.cost * query.calls;
    costs.set(
      own.reduce((mask, bit) => mask | (1 << bit), 0),
      weighted,
    );
  }
  return costs;
}
