import type { Finding, Planner, Report, Snapshot } from "@dbadvise/advisor";
import type { Shop } from "./shop.ts";
import type { DemoQuery } from "./shop-workload.ts";

/** One query before and after the advised indexes: as predicted from the snapshot, and as measured. */
export interface Measurement {
  readonly sql: string;
  /** Names of the new indexes that the prediction uses. */
  readonly indexes: readonly string[];
  readonly costBefore: number;
  readonly costAfter: number;
  /** Median execution time in milliseconds. */
  readonly msBefore: number;
  readonly msAfter: number;
}

export interface BuildAndMeasureOptions {
  /** The database that was analysed: the indexes are built here. */
  readonly shop: Shop;
  readonly report: Report;
  readonly planner: Planner;
  readonly snapshot: Snapshot;
  readonly progress: (message: string) => void;
}

/** Each execution is measured this often, after one that is not counted. */
const REPEATS = 3;
/** After so long one query is measured no further: the slow ones are what vary least. */
const MOST_MS = 1_000;

/** Times the queries that the advice is about, builds every advised index, and times them again. */
export async function buildAndMeasure(
  options: BuildAndMeasureOptions,
): Promise<readonly Measurement[]> {
  const { shop, report, progress } = options;
  const missing = report.findings.filter((finding) => finding.code === "missing-index");
  const predictions = await predict(options, missing);
  const before: number[] = [];
  for (const { query } of predictions) {
    progress(`measuring before: ${query.sql}`);
    before.push(await medianMs(shop, query));
  }
  for (const finding of missing) {
    for (const statement of finding.ddl?.apply ?? []) {
      progress(`building: ${statement}`);
      await shop.session.query(statement);
    }
  }
  const measurements: Measurement[] = [];
  for (const [position, { query, ...prediction }] of predictions.entries()) {
    progress(`measuring after: ${query.sql}`);
    measurements.push({
      sql: query.sql,
      ...prediction,
      msBefore: before[position] ?? Number.NaN,
      msAfter: await medianMs(shop, query),
    });
  }
  return measurements.toSorted((a, b) => b.costBefore / b.costAfter - a.costBefore / a.costAfter);
}

interface Prediction extends Pick<Measurement, "indexes" | "costBefore" | "costAfter"> {
  readonly query: DemoQuery;
}

/** The costs of every query of the workload that an advised index serves: without any of them, and with all. */
async function predict(
  { shop: { engine, workload }, planner, snapshot }: BuildAndMeasureOptions,
  missing: readonly Finding[],
): Promise<readonly Prediction[]> {
  const predictions: Prediction[] = [];
  for (const query of workload) {
    const parsed = await engine.parse(query.sql);
    if (parsed.kind !== "query") continue;
    const { fingerprint } = parsed;
    const impacts = missing.flatMap(({ object, queries }) =>
      queries
        .filter((impact) => impact.fingerprint === fingerprint)
        .map((impact) => ({ impact, index: object.name ?? "" })),
    );
    const [first] = impacts;
    if (first === undefined) continue;
    const { sql, calls, totalMs } = first.impact;
    const statement = parsed.describe(snapshot.catalog);
    const now = await planner.plan(
      {
        fingerprint,
        sql,
        calls,
        totalMs,
        rows: undefined,
        samples: [],
        sources: [],
        callSites: [],
        statement,
      },
      { add: [], hide: [] },
    );
    if (!now.ok) continue;
    predictions.push({
      query,
      indexes: impacts.map(({ index }) => index),
      costBefore: now.plan.cost,
      costAfter: first.impact.costAfter,
    });
  }
  return predictions;
}

async function medianMs(shop: Shop, { sql, executions }: DemoQuery): Promise<number> {
  const times: number[] = [];
  const begun = performance.now();
  for (let round = 0; round <= REPEATS; round += 1) {
    for (const parameters of executions) {
      if (times.length > 0 && performance.now() - begun > MOST_MS) break;
      const ms = await shop.measure(sql, parameters);
      // The first round warms up.
      if (round > 0) times.push(ms);
    }
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? Number.NaN;
}
