/**
 * How good the choice of indexes is: `pnpm bench:selection [--record] [--scale 0.1] [--seeds 20]`.
 * On generated workloads beside the best of all choices, and on a decision-support workload beside DB2Advis and Extend, with the
 * same candidates and the same planner. The server that data is made on is the testkit's, or that of DBADVISE_TEST_POSTGRES_URL.
 * Exits 1 where a bar is missed.
 */
import { parseArgs } from "node:util";
import {
  buildWorkload,
  type CandidateIndex,
  captureServers,
  engineNamed,
  generateCandidates,
  type Planner,
  type Query,
  selectIndexes,
  type Snapshot,
} from "@dbadvise/advisor";
import { startPostgres } from "@dbadvise/testkit";
import pg from "pg";
import { compareWithOptimum } from "./selection/optimum.ts";
import { countPlans, db2advis, extend, type Task, workloadCost } from "./selection/peers.ts";
import { WAREHOUSE_QUERIES, warehouseTables } from "./selection/warehouse.ts";
import { recordResults } from "./record-results.ts";

/** Megabytes at scale 1. */
const BUDGETS = [100, 200, 500, 1000] as const;
const BARS = { seconds: 15, plans: 4_000, optimum: 0.02 } as const;
const MB = 1024 * 1024;

const { values: options } = parseArgs({
  options: {
    record: { type: "boolean", default: false },
    scale: { type: "string", default: "0.1" },
    seeds: { type: "string", default: "20" },
  },
});
const say = (line: string): boolean => process.stdout.write(`${line}\n`);
const scale = Number(options.scale);
const engine = engineNamed("PostgreSQL");

const optimum = await compareWithOptimum(Number(options.seeds));
for (const line of optimum.lines) say(line);
say("");
const warehouse = await compareWithPeers(await makeSnapshot());
for (const line of warehouse.lines) say(line);
if (options.record)
  recordResults({
    name: "selection",
    title: "Choosing indexes",
    command: `pnpm bench:selection --scale ${options.scale} --seeds ${options.seeds} --record`,
    lines: [...optimum.lines, "", ...warehouse.lines],
  });
process.exit(optimum.worst <= BARS.optimum && warehouse.passed ? 0 : 1);

async function makeSnapshot(): Promise<Snapshot> {
  const database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    process.stderr.write("loading data\n");
    for (const statement of warehouseTables(scale)) await client.query(statement);
    return await captureServers([database.url], { workload: false });
  } finally {
    await client.end();
    await database.close();
  }
}

interface Result {
  readonly cost: number;
  readonly indexes: number;
  readonly bytes: number;
  readonly plans: number;
  readonly seconds: number;
}

async function compareWithPeers(
  snapshot: Snapshot,
): Promise<{ readonly lines: readonly string[]; readonly passed: boolean }> {
  const source = {
    name: "warehouse",
    events: (async function* () {
      for (const sql of Object.values(WAREHOUSE_QUERIES))
        yield { sql, calls: 1, totalMs: undefined };
    })(),
    summary: () => ({ records: 0, unread: 0, seconds: undefined }),
  };
  const { queries, skipped } = await buildWorkload([source], engine.parse, snapshot.catalog);
  if (skipped.length > 0) throw new Error(skipped[0]?.reason);
  const set = generateCandidates(queries, snapshot, {
    ddl: engine.ddl(snapshot),
    forms: engine.indexForms(snapshot),
  });
  const lines = [
    `Server: PostgreSQL ${snapshot.server.version}, scale ${scale}. ${queries.length} queries on ${snapshot.catalog.tables.length} tables, ${set.candidates.length} candidates.`,
    "",
    "| Budget | Algorithm | Cost, % | Indexes | MB | Plans | Seconds |",
    "|-|-|-|-|-|-|-|",
  ];
  let passed = true;
  const shared = await engine.createPlanner(snapshot, () => undefined);
  for (const megabytes of BUDGETS) {
    const budget = megabytes * MB * scale;
    const results = new Map<string, Result>();
    for (const [name, run] of [
      ["dbadvise", own],
      ["Extend", extend],
      ["DB2Advis", db2advis],
    ] as const) {
      process.stderr.write(`${megabytes} MB: ${name}\n`);
      const planner = run === own ? await engine.createPlanner(snapshot, () => undefined) : shared;
      const result = await measure(planner, queries, set, budget, run);
      if (planner !== shared) await planner.close();
      results.set(name, result);
      lines.push(
        `| ${megabytes} | ${name} | ${(result.cost * 100).toFixed(2)} | ${result.indexes} | ${(result.bytes / MB).toFixed(1)} | ${result.plans} | ${planner === shared ? "" : result.seconds.toFixed(1)} |`,
      );
    }
    const ours = results.get("dbadvise");
    const theirs = results.get("Extend");
    if (ours === undefined || theirs === undefined || ours.cost > theirs.cost) passed = false;
    if ((ours?.seconds ?? 0) > BARS.seconds || (ours?.plans ?? 0) > BARS.plans) passed = false;
  }
  await shared.close();
  lines.push(
    "",
    "Plans: different ones that were asked for. Extend and DB2Advis share one planner and its cache over all budgets, so they have no time of their own.",
    "",
    `Bar: never above Extend's cost, at most ${BARS.seconds} s and ${BARS.plans} plans at every budget: ${passed ? "met" : "MISSED"}.`,
  );
  return { lines, passed };
}

async function measure(
  planner: Planner,
  queries: readonly Query[],
  set: ReturnType<typeof generateCandidates>,
  budget: number,
  run: (task: Task & { readonly set: typeof set }) => Promise<readonly CandidateIndex[]>,
): Promise<Result> {
  const started = performance.now();
  const proposals = await planner.propose(set.candidates.map(({ candidate }) => candidate));
  const candidates = proposals.filter((proposal) => proposal.accepted);
  const counted = countPlans(planner);
  const chosen = await run({ planner: counted.planner, queries, candidates, budget, set });
  const seconds = (performance.now() - started) / 1000;
  const bytes = candidates
    .filter(({ candidate }) => chosen.includes(candidate))
    .reduce((sum, each) => sum + each.bytes, 0);
  const cost =
    (await workloadCost({ planner, queries }, chosen)) /
    (await workloadCost({ planner, queries }, []));
  return { cost, indexes: chosen.length, bytes, plans: counted.plans(), seconds };
}

async function own({
  planner,
  queries,
  set,
  budget,
}: Task & { readonly set: ReturnType<typeof generateCandidates> }): Promise<
  readonly CandidateIndex[]
> {
  const { chosen } = await selectIndexes(planner, queries, set, {
    limits: { budgetBytes: budget },
    bars: { gain: 0, workloadGain: 0 },
  });
  return chosen.map(({ candidate }) => candidate);
}
