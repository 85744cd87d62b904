import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Snapshot } from "../catalog/snapshot.ts";
import { postgres } from "../postgres/engine.ts";
import { planAsSeen } from "../whatif/plan-as-seen.ts";
import type { PlannedQuery } from "../whatif/select-indexes.ts";
import type { Planner } from "../whatif/planner.ts";
import { buildWorkload } from "../workload/build-workload.ts";
import type { QueryEvent } from "../log/query-event.ts";
import type { Finding } from "./finding.ts";
import { missingStatistics } from "./missing-statistics.ts";
import { aContext } from "./testing/builders.ts";

// A postal code decides its city; street and day have nothing to do with it; status and paid exclude each other.
const TABLES = `
  create table addresses (id int primary key, zip int, city int, street int, status text, paid boolean);
  insert into addresses select g, g % 300, (g % 300) / 3, (g * 7919) % 200, case when g % 2 = 0 then 'open' else 'done' end, g % 2 = 1
  from generate_series(1, 90000) g;
  create table tiny (zip int, city int);
  insert into tiny select g % 5, g % 5 from generate_series(1, 500) g;`;

let database: TestDatabase;
let client: pg.Client;
let captured: Snapshot;
let planner: Planner;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(TABLES);
  // Rows that are counted after the ANALYZE would seem to have changed since.
  await client.query("select pg_stat_force_next_flush()");
  await client.query("analyze");
  captured = await snapshotNow();
  planner = await postgres.createPlanner(captured, () => {});
});
afterAll(async () => {
  await planner?.close();
  await client?.end();
  await database?.close();
});

async function snapshotNow(): Promise<Snapshot> {
  const session = await postgres.connect(database.url);
  const snapshot = await postgres.capture(session, { values: true, workload: false, node: "db" });
  await session.close();
  return snapshot;
}

/** An execution, or several, that gave so many rows each. */
function ran(sql: string, rows: number, calls = 10): QueryEvent {
  return { sql, calls, totalMs: calls, rows: rows * calls };
}

async function findings(
  sources: readonly (readonly QueryEvent[])[],
  snapshot: Snapshot = captured,
): Promise<readonly Finding[]> {
  const workload = await buildWorkload(
    sources.map((events, at) => ({
      name: `source ${at}`,
      events: (async function* () {
        yield* events;
      })(),
      summary: () => ({ records: events.length, unread: 0, seconds: undefined }),
    })),
    postgres.parse,
    snapshot.catalog,
  );
  const planned: PlannedQuery[] = [];
  for (const query of workload.queries) {
    const result = await planAsSeen(planner, query, { add: [], hide: [] });
    if (!result.ok) throw new Error(result.reason);
    planned.push({ query, weight: 1, before: result.plan, after: result.plan });
  }
  const context = aContext(postgres, []);
  const rest = { complete: true, curve: [], worse: [], unplanned: [], refused: [] };
  const selection = { chosen: [], cost: 1, planned, ...rest };
  return missingStatistics({ ...context, snapshot, workload, planner, selection });
}

const byZip = (zip: string, city: string): string =>
  `SELECT * FROM addresses WHERE zip = ${zip} AND city = ${city}`;

async function estimate(sql: string): Promise<number> {
  const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: { "Plan Rows": number } }] }>(
    `EXPLAIN (FORMAT JSON) ${sql}`,
  );
  return rows[0]?.["QUERY PLAN"][0].Plan["Plan Rows"] ?? 0;
}

describe("missingStatistics", () => {
  test("names columns whose values go together, and its statements make the server's estimate right", async () => {
    const [found, ...more] = await findings([[ran(byZip("$1", "$2"), 300)]]);
    expect(more).toEqual([]);
    expect(found).toMatchObject({
      code: "missing-statistics",
      confidence: "estimated",
      object: { type: "table", table: "addresses", columns: ["zip", "city"] },
      message:
        "The planner expects 3 rows of public.addresses by zip and city, and gets 300 rows: it takes the columns to be independent, and their values go together.",
    });
    expect(await estimate(byZip("30", "10"))).toBeLessThan(10);
    for (const sql of found?.ddl?.apply ?? []) await client.query(sql);
    const after = await estimate(byZip("30", "10"));
    const known = await findings([[ran(byZip("$1", "$2"), 300)]], await snapshotNow());
    for (const sql of found?.ddl?.undo ?? []) await client.query(sql);
    expect(after).toBeGreaterThan(150);
    expect(after).toBeLessThan(600);
    expect(known).toEqual([]);
  });

  test("plans the values that were logged: columns that exclude each other", async () => {
    const sql = "SELECT id FROM addresses WHERE status = 'open' AND paid";
    const [found] = await findings([[ran(sql, 0)]]);
    expect(found?.message).toMatch(/by status and paid, and gets 0 rows: .* exclude each other/);
    expect(await estimate(sql)).toBeGreaterThan(10_000);
    for (const statement of found?.ddl?.apply ?? []) await client.query(statement);
    const after = await estimate(sql);
    for (const statement of found?.ddl?.undo ?? []) await client.query(statement);
    expect(after).toBeLessThan(100);
  });

  test.each<[string, readonly (readonly QueryEvent[])[]]>([
    ["estimates that hold", [[ran("SELECT * FROM addresses WHERE zip = $1 AND street = $2", 1.5)]]],
    ["few rows either way", [[ran("SELECT * FROM addresses WHERE zip = $1 AND city = $2", 90)]]],
    ["a single column", [[ran("SELECT * FROM addresses WHERE zip = $1", 9_000)]]],
    [
      "what fewer rows mean without values",
      [[ran("SELECT 1 FROM addresses WHERE status = $1 AND paid", 0)]],
    ],
    [
      "a second source that may count no rows",
      [
        [ran("SELECT id FROM addresses WHERE status = 'open' AND paid", 0)],
        [ran("SELECT id FROM addresses WHERE status = 'open' AND paid", 0)],
      ],
    ],
    ["groups", [[ran("SELECT zip FROM addresses WHERE zip = $1 AND city = $2 GROUP BY zip", 300)]]],
    ["a limit", [[ran("SELECT * FROM addresses WHERE zip = $1 AND city = $2 LIMIT 300", 300)]]],
    [
      "repeated rows",
      [[ran("SELECT generate_series(1, 9) FROM addresses WHERE zip = $1 AND city = $2", 2_700)]],
    ],
    ["lists", [[ran("SELECT * FROM addresses WHERE zip = ANY($1) AND city = $2", 300)]]],
    ["small tables", [[ran("SELECT * FROM tiny WHERE zip = $1 AND city = $2", 500)]]],
    [
      "columns that another query shows to be independent",
      [
        [
          ran(byZip("$1", "$2"), 300),
          ran("SELECT id FROM addresses WHERE city = $1 AND zip = $2", 3),
        ],
      ],
    ],
  ])("says nothing of %s", async (_, sources) => {
    expect(await findings(sources)).toEqual([]);
  });

  test("leaves a table to stale-statistics whose rows changed since", async () => {
    const nodes = captured.nodes.map((node) => ({
      ...node,
      tables: node.tables.map((table) => ({ ...table, modifiedSinceAnalyze: 30_000 })),
    }));
    expect(await findings([[ran(byZip("$1", "$2"), 300)]], { ...captured, nodes })).toEqual([]);
  });
});
