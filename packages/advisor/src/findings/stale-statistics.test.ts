import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { postgres } from "../postgres/engine.ts";
import type { FindingContext } from "./finding-context.ts";
import { staleStatistics } from "./stale-statistics.ts";
import { realContext } from "./testing/real-context.ts";

const SCHEMA = `
  create table settled (id int primary key, a int) ;
  create table changed (id int primary key, a int);
  create table changed_unused (id int primary key, a int);
  create table by_hand (id int primary key, a int) with (autovacuum_enabled = off);
  create table tuned (id int primary key, a int) with (autovacuum_analyze_threshold = 1000000);
  create table never (id int primary key, a int) with (autovacuum_enabled = off);
  create table never_unused (id int primary key, a int) with (autovacuum_enabled = off);
  create table tiny (id int primary key, a int) with (autovacuum_enabled = off);
  create table parted (id int, a int) partition by range (id);
  create table parted_1 partition of parted for values from (0) to (100000);
  insert into settled select i, i from generate_series(1, 20000) i;
  insert into changed select i, i from generate_series(1, 20000) i;
  insert into changed_unused select i, i from generate_series(1, 20000) i;
  insert into by_hand select i, i from generate_series(1, 20000) i;
  insert into tuned select i, i from generate_series(1, 20000) i;
  insert into parted select i, i from generate_series(1, 20000) i;
  analyze settled, changed, changed_unused, by_hand, tuned, parted_1;
  insert into never select i, i from generate_series(1, 20000) i;
  insert into never_unused select i, i from generate_series(1, 20000) i;
  insert into tiny select i, i from generate_series(1, 500) i;`;

const CHANGES = ["changed", "changed_unused", "by_hand", "tuned"].map(
  (table) => `update ${table} set a = a + 1 where id <= 9000`,
);

const WORKLOAD = ["settled", "changed", "by_hand", "tuned", "never", "tiny", "parted"].map(
  (table) => `select * from ${table} where a = 17`,
);

let database: TestDatabase;
let client: pg.Client;
let context: FindingContext;
let close: () => Promise<void>;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  // One by one: in one transaction the server would count the rows only after the ANALYZE.
  for (const statement of SCHEMA.split(";")) {
    await client.query(statement);
    await client.query("select pg_stat_force_next_flush()");
  }
  for (const sql of CHANGES) await client.query(sql);
  await client.query("select pg_stat_force_next_flush()");
  await client.query("select 1");
  ({ context, close } = await realContext(postgres, database.url, WORKLOAD));
});

afterAll(async () => {
  await close?.();
  await client?.end();
  await database?.close();
});

test("reports what the server is late with, and what queries use though it was never analysed", async () => {
  const findings = await staleStatistics(context);
  expect(
    Object.fromEntries(findings.map(({ object, severity }) => [object.table, severity])),
  ).toEqual({ changed: "warning", changed_unused: "info", never: "warning", parted: "warning" });
  const changed = findings.find(({ object }) => object.table === "changed");
  expect(changed?.message).toMatch(
    /^9,000 rows of public\.changed \(\d+ % of [\d,]+\) changed since the last ANALYZE on .*should have looked at 2,050/,
  );
});

test("its statements are what cures it", async () => {
  for (const { ddl } of await staleStatistics(context))
    for (const statement of ddl?.apply ?? []) await client.query(statement);
  await client.query("select pg_stat_force_next_flush()");
  await client.query("select 1");
  const { context: cured, close: end } = await realContext(postgres, database.url, WORKLOAD);
  await end();
  expect(await staleStatistics(cured)).toEqual([]);
});

test("a large table gets a share of its own, which the undo takes back", async () => {
  const large: FindingContext = {
    ...context,
    snapshot: {
      ...context.snapshot,
      catalog: {
        ...context.snapshot.catalog,
        tables: context.snapshot.catalog.tables.map((table) =>
          table.name === "changed" ? { ...table, rows: table.rows * 1_000 } : table,
        ),
      },
    },
  };
  const finding = (await staleStatistics(large)).find(({ object }) => object.table === "changed");
  expect(finding?.ddl).toEqual({
    apply: [
      "ANALYZE public.changed;",
      "ALTER TABLE public.changed SET (autovacuum_analyze_scale_factor = 0.02);",
    ],
    undo: ["ALTER TABLE public.changed RESET (autovacuum_analyze_scale_factor);"],
  });
  for (const statement of [...(finding?.ddl?.apply ?? []), ...(finding?.ddl?.undo ?? [])])
    await client.query(statement);
});
