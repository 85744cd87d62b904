import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { analyze } from "../analyze.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import { captureServers } from "../capture-servers.ts";
import type { EventSource } from "../log/event-source.ts";
import type { QueryEvent } from "../log/query-event.ts";
import { postgres } from "../postgres/engine.ts";
import type { Report } from "../report/report.ts";
import type { Finding } from "./finding.ts";

const SCHEMA = `
  create table customers (id int primary key, email text not null, region int not null);
  create table "Order Items" (id int primary key, customer_id int not null, status text not null, placed_at timestamptz not null, total int);
  create table regions (id int primary key, code text);
  insert into customers select i, 'c' || i || '@example.com', i % 50 from generate_series(1, 30000) i;
  insert into "Order Items" select i, 1 + i % 300, (array['paid', 'new'])[1 + (i % 20 = 0)::int],
    timestamptz '2026-01-01' + i * interval '1 minute', i % 1000 from generate_series(1, 100000) i;
  insert into regions select i, 'r' || i from generate_series(1, 50) i;
  create index customers_region_idx on customers (region);`;

let database: TestDatabase;
let client: pg.Client;
let snapshot: Snapshot;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(SCHEMA);
  await client.query("vacuum analyze");
  snapshot = await captureServers([database.url], { workload: false });
});

afterAll(async () => {
  await client.end();
  await database.close();
});

function workload(events: readonly QueryEvent[], seconds = 86_400): EventSource {
  return {
    name: "test",
    events: (async function* () {
      yield* events;
    })(),
    summary: () => ({ records: events.length, unread: 0, seconds }),
  };
}

async function reportOn(...events: readonly Partial<QueryEvent>[]): Promise<Report> {
  const source = workload(events.map((event) => ({ sql: "", calls: 1, totalMs: 100, ...event })));
  return analyze({ engine: postgres, snapshot, sources: [source] });
}

async function missing(...events: readonly Partial<QueryEvent>[]): Promise<readonly Finding[]> {
  const report = await reportOn(...events);
  return report.findings.filter((finding) => finding.code === "missing-index");
}

async function serverCost(sql: string): Promise<number> {
  const { rows } = await client.query<{
    "QUERY PLAN": readonly { Plan: { "Total Cost": number } }[];
  }>(`explain (format json) ${sql}`);
  return rows[0]?.["QUERY PLAN"][0]?.Plan["Total Cost"] ?? Number.NaN;
}

describe("missing-index", () => {
  test("puts the equality first and then the order, at the cost that the server has once it is built", async () => {
    const sql = `select * from "Order Items" where customer_id = 17 order by placed_at desc limit 5`;
    const [finding, ...others] = await missing({ sql, calls: 100, totalMs: 1000 });
    expect(others).toEqual([]);
    expect(finding?.object).toMatchObject({
      type: "index",
      schema: "public",
      table: "Order Items",
      columns: ["customer_id", "placed_at"],
    });
    expect(finding?.confidence).toBe("verified");
    const [query] = finding?.queries ?? [];
    expect(query?.calls).toBe(100);
    // Before statistics are sampled anew: those are others.
    expect(query?.costBefore).toBeCloseTo(await serverCost(sql), 0);
    for (const statement of finding?.ddl?.apply ?? []) await client.query(statement);
    try {
      await client.query("vacuum analyze");
      expect((query?.costAfter ?? 0) / (await serverCost(sql))).toBeCloseTo(1, 1);
    } finally {
      for (const statement of finding?.ddl?.undo ?? []) await client.query(statement);
    }
  });

  test("one index serves two queries where the wider one saves the other nothing", async () => {
    const findings = await missing(
      { sql: `select * from "Order Items" where customer_id = 1` },
      { sql: `select * from "Order Items" where customer_id = 1 and placed_at > '2026-03-01'` },
    );
    expect(findings).toHaveLength(1);
    expect(findings[0]?.queries.length).toBeGreaterThan(0);
  });

  test("the query that is dearer in all decides, not the one that is dearer once", async () => {
    const [first] = await missing(
      { sql: "select * from customers where email = 'a'", calls: 10_000, totalMs: 60_000 },
      { sql: `select * from "Order Items" where customer_id = 1`, calls: 1, totalMs: 10 },
    );
    expect(first?.object.columns).toEqual(["email"]);
    expect(first?.savedMsPerDay).toBeGreaterThan(59_000);
    expect(first?.savedMsPerDay).toBeLessThanOrEqual(60_000);
  });

  test.for([
    ["the table has an index on the column", "select * from customers where region = 3"],
    ["the primary key serves it", "select * from customers where id = 3"],
    ["the table is too small", "select * from regions where code = 'r1'"],
    ["no btree serves the condition", "select * from customers where email like '%a'"],
    ["most rows are wanted", `select * from "Order Items" where total >= 0`],
    ["nothing is filtered", `select count(*) from customers`],
  ] as const)("nothing is advised when %s", async ([, sql]) => {
    expect(await missing({ sql })).toEqual([]);
  });

  test("says why nothing was advised for a small table", async () => {
    const { notes } = await reportOn({ sql: "select * from regions where code = 'r1'" });
    expect(notes.join("\n")).toContain(
      "public.regions has 50 rows: too small for an index to matter",
    );
  });

  test("tells once why the indexes of a table that hold one expression were refused", async () => {
    const { notes } = await reportOn({
      sql: `select * from "Order Items" where extract(year from placed_at) = 2026 and customer_id = 5`,
    });
    expect(notes.filter((note) => note.includes("must be marked IMMUTABLE"))).toEqual([
      expect.stringMatching(/^no index was tried on public\.Order Items \(.+ and \d+ more: /),
    ]);
  });

  test("without times nothing is said per day", async () => {
    const [finding] = await missing({
      sql: "select * from customers where email = 'a'",
      totalMs: undefined,
    });
    expect(finding?.savedMsPerDay).toBeNull();
  });

  test("two indexes of one report never share a name", async () => {
    await client.query(`create table t (a_b int, c int, a int, b_c int);
      insert into t select i, i % 7, i, i % 5 from generate_series(1, 50000) i; analyze t;`);
    const fresh = await captureServers([database.url], { workload: false });
    const report = await analyze({
      engine: postgres,
      snapshot: fresh,
      sources: [
        workload([
          { sql: "select * from t where a_b = 1 order by c limit 1", calls: 9, totalMs: 900 },
          { sql: "select * from t where a = 1 order by b_c limit 1", calls: 9, totalMs: 900 },
        ]),
      ],
    });
    const names = report.findings
      .filter((finding) => finding.code === "missing-index")
      .map((finding) => finding.object.name);
    expect(names.length).toBeGreaterThan(1);
    expect(new Set(names).size).toBe(names.length);
  });
});
