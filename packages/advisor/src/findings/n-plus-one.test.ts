import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { EventSource } from "../log/event-source.ts";
import type { Repetition } from "../log/repetition.ts";
import { postgres } from "../postgres/engine.ts";
import { buildWorkload } from "../workload/build-workload.ts";
import type { Finding } from "./finding.ts";
import { nPlusOne } from "./n-plus-one.ts";
import { type RealContext, realContext } from "./testing/real-context.ts";

let database: TestDatabase;
let real: RealContext;

beforeAll(async () => {
  database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query("create table customers (id int primary key, name text)");
  await client.query("insert into customers select i, 'c' || i from generate_series(1, 500) i");
  await client.query("vacuum analyze");
  await client.end();
  real = await realContext(postgres, database.url, []);
});

afterAll(async () => {
  await real?.close();
  await database?.close();
});

const ONE: Repetition = {
  kind: "n-plus-one",
  sql: "select name from customers where id = $1",
  scopeNames: ["GET /orders"],
  scopes: 3,
  calls: 60,
  occurrences: 25,
  distinctParameters: 24,
  overlapping: 0,
  callSites: [{ file: "src/db.ts", line: 7, column: 3, function: "query", calls: 27 }],
  stack: [
    { file: "src/db.ts", line: 7, column: 3, function: "query" },
    { file: "src/orders.ts", line: 42, column: 9, function: "listOrders" },
  ],
};

/** What is found where each source saw 100 executions of each text and these repetitions. */
async function find(
  ...repetitions: readonly (readonly Repetition[])[]
): Promise<readonly Finding[]> {
  const sources = repetitions.map((list): EventSource => ({
    name: "test",
    events: (async function* () {
      for (const { sql } of list) yield { sql, calls: 100, totalMs: 40 };
    })(),
    summary: () => ({ records: 1, unread: 0, seconds: undefined, repetitions: list }),
  }));
  const { context } = real;
  const workload = await buildWorkload(sources, postgres.parse, context.snapshot.catalog);
  return nPlusOne({ ...context, workload });
}

test("names the request, the lines of code and the change", async () => {
  const [finding, ...others] = await find([ONE]);
  expect(others).toEqual([]);
  expect(finding).toMatchObject({
    code: "n-plus-one",
    severity: "warning",
    confidence: "verified",
    object: { schema: "public", table: "customers", columns: ["id"] },
    queries: [{ calls: 100, totalMs: 40, callSites: ONE.callSites }],
    ddl: null,
    planner: null,
  });
  expect(finding?.message).toBe(
    "GET /orders sends up to 25 queries of one shape to public.customers, with 24 different lists of parameters, where one query could do: a DataLoader or a relation of @dbadvise/loader; where a loop awaits each, start them together or collect the keys first; where they are concurrent already and wait for a connection, `withCoalescing(db)` merges them on Kysely.",
  );
  expect(finding?.evidence).toEqual([
    expect.objectContaining({
      check: "capture",
      detail: expect.stringContaining("60 queries in 3 scopes"),
    }),
    expect.objectContaining({ check: "concurrency", verdict: "unknown" }),
    { check: "call-path", verdict: "for", detail: "src/db.ts:7, called from src/orders.ts:42" },
  ]);
});

test("advises coalescing outright only where the queries were seen side by side", async () => {
  const [finding] = await find([{ ...ONE, overlapping: 40 }]);
  expect(finding?.message).toContain("merges these concurrent queries with no other change");
  expect(finding?.evidence[1]).toMatchObject({ check: "concurrency", verdict: "for" });
});

test("a duplicate is milder, and other advice", async () => {
  const [finding] = await find([{ ...ONE, kind: "duplicate-query", distinctParameters: 1 }]);
  expect(finding?.severity).toBe("info");
  expect(finding?.message).toContain("up to 25 times for the same thing");
  expect(finding?.message).not.toContain("where one query could do");
});

test("what several captures saw of one shape is one finding, an N+1 if any of them says so", async () => {
  const other = { ...ONE, sql: "SELECT name FROM customers WHERE id = 7", calls: 8, scopes: 1 };
  const found = await find(
    [ONE],
    [{ ...other, kind: "duplicate-query" as const, occurrences: 30 }],
  );
  expect(found).toHaveLength(1);
  expect(found[0]?.message).toContain("up to 30 queries of one shape");
  expect(found[0]?.evidence[0]?.detail).toContain("68 queries in 4 scopes");
  expect(found[0]?.queries).toMatchObject([{ calls: 200, callSites: [{ calls: 54 }] }]);
});

test("nothing is found without a capture's word, nor for a read of no table", async () => {
  expect(await find([])).toEqual([]);
  expect(await find([{ ...ONE, sql: "select pg_backend_pid() = $1" }])).toEqual([]);
});
