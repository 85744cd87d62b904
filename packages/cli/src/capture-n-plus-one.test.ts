import { join } from "node:path";
import {
  capture,
  detectNPlusOne,
  observeQuery,
  queriesAreObserved,
  type Server,
  withScope,
} from "@dbadvise/observe";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newFolder } from "./testing/new-folder.ts";
import { runCli } from "./testing/run-cli.ts";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    CREATE TABLE customers (id int PRIMARY KEY, name text);
    CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customers);
    INSERT INTO customers SELECT i, 'customer ' || i FROM generate_series(1, 500) AS i;
    INSERT INTO orders SELECT i, i % 500 + 1 FROM generate_series(1, 2000) AS i;
    CREATE INDEX ON orders (customer_id);
    ANALYZE`);
});
afterAll(async () => {
  await client.end();
  await database.close();
});

/** What a driver's wrapper does. */
async function query(sql: string, parameters: readonly unknown[]): Promise<pg.QueryResult> {
  const { hostname: host, port, pathname } = new URL(database.url);
  const server: Server = {
    system: "postgresql",
    host,
    port: Number(port),
    database: pathname.slice(1),
    role: "primary",
  };
  const observed = observeQuery({ sql, parameters, server, pool: "main" });
  const result = await client.query(sql, [...parameters]);
  observed.succeed(result.rowCount ?? undefined);
  return result;
}

async function customerOf(order: { customer_id: number }): Promise<unknown> {
  return (await query("SELECT name FROM customers WHERE id = $1", [order.customer_id])).rows[0];
}

/** The application's request: an N+1. */
async function listOrders(count: number): Promise<void> {
  const { rows } = await query("SELECT * FROM orders ORDER BY id LIMIT $1", [count]);
  for (const order of rows) await customerOf(order);
}

test("analyze --capture names the request that sends the same query again and again, and its lines of code", async () => {
  const folder = await newFolder();
  {
    await using workload = capture(join(folder, "shop.ndjson"));
    using detector = detectNPlusOne({ mode: "collect" });
    for (const count of [3, 12, 20]) await withScope(() => listOrders(count), "GET /orders");
    await workload.flush();
    expect(detector.report().patterns).toHaveLength(1);
  }
  expect(queriesAreObserved()).toBe(false);

  const args = ["analyze", "--url", database.url, "--no-statements", "--capture", "shop.ndjson"];
  const text = await runCli(args, { folder });
  expect(text, text.stderr).toMatchObject({ code: 1 });
  const words = text.stdout.replaceAll(/\s+/g, " ");
  expect(words).toContain("n-plus-one");
  expect(words).toContain("GET /orders sends up to 20 queries of one shape to public.customers");
  expect(words).toContain("counted by the application: 32 queries in 2 scopes");
  expect(words).toMatch(
    /packages\/cli\/src\/capture-n-plus-one\.test\.ts:\d+, called from \S+:\d+, called from \S+:\d+/,
  );

  const json = await runCli([...args, "--format", "json"], { folder });
  const { findings } = JSON.parse(json.stdout) as { findings: { code: string }[] };
  expect(findings.find(({ code }) => code === "n-plus-one")).toMatchObject({
    severity: "warning",
    confidence: "verified",
    object: { table: "customers", columns: ["id"] },
    queries: [{ calls: 35, callSites: [{ function: "query" }] }],
  });

  const sarif = await runCli([...args, "--format", "sarif"], { folder });
  expect(JSON.parse(sarif.stdout).runs[0].results).toContainEqual(
    expect.objectContaining({
      ruleId: "n-plus-one",
      locations: [expect.objectContaining({ physicalLocation: expect.anything() })],
    }),
  );
});
