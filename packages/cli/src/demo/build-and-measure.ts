import {
  type Engine,
  type Finding,
  type Planner,
  type Report,
  type Session,
  type Snapshot,
} from "@dbadvise/advisor";
import { type DemoQuery, SHOP_WORKLOAD } from "./shop-workload.ts";

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
  readonly shop: Session;
  readonly report: Report;
  readonly engine: Engine;
  readonly planner: Planner;
  readonly snapshot: Snapshot;
  readonly progress: (message: string) => void;
}

/** Each execution is measured this often, after one that is not counted. */
const REPEATS = 3;

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
      await shop.query(statement);
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
  { engine, planner, snapshot }: BuildAndMeasureOptions,
  missing: readonly Finding[],
): Promise<readonly Prediction[]> {
  const predictions: Prediction[] = [];
  for (const query of SHOP_WORKLOAD) {
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

/** The server's own execution time: without planning and without the way to it and back, as the planner's costs are. */
async function medianMs(shop: Session, { sql, executions }: DemoQuery): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round <= REPEATS; round += 1) {
    for (const parameters of executions) {
      const [row] = await shop.query(
        `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`,
        parameters,
      );
      const [plan] = (row?.["QUERY PLAN"] ?? []) as readonly {
        readonly "Execution Time": number;
      }[];
      // The first round warms up.
      if (round > 0 && plan !== undefined) times.push(plan["Execution Time"]);
    }
  }
  times.sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)] ?? Number.NaN;
}
