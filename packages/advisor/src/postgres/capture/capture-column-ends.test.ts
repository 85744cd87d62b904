import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Snapshot } from "../../catalog/snapshot.ts";
import { capture } from "./capture.ts";
import { connect } from "../connect.ts";

let database: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const statement of [
    `create table "Se'en" (id int primary key, "a""t" timestamptz, amount numeric(8, 2), name text, free int, part int)`,
    `insert into "Se'en" select g, '2024-01-01Z'::timestamptz + g * interval '1 hour', nullif(g, 20000) / 4.0, 'n' || g, g, g
      from generate_series(1, 20000) g`,
    `create index on "Se'en" ("a""t" desc)`,
    `create index on "Se'en" (amount, free)`,
    `create index on "Se'en" (name)`,
    `create index on "Se'en" (part) where part > 5`,
    "create table small (id int primary key)",
    "insert into small values (1)",
    "vacuum analyze",
  ])
    await client.query(statement);
});
afterAll(async () => {
  await client?.end();
  await database?.close();
});

async function endsIn(values: boolean, url = database.url): Promise<Snapshot["columnEnds"]> {
  const session = await connect(url);
  const snapshot = await capture(session, { values, workload: false, node: "test" });
  await session.close();
  return snapshot.columnEnds;
}

test("reads the ends of numbers and times that a complete btree begins with", async () => {
  const table = { schema: "public", name: "Se'en" };
  expect(await endsIn(true)).toEqual([
    { table, column: "id", least: "1", greatest: "20000" },
    {
      table,
      column: 'a"t',
      least: "2024-01-01 01:00:00+00",
      greatest: "2026-04-13 08:00:00+00",
    },
    { table, column: "amount", least: "0.25", greatest: "4999.75" },
  ]);
});

test("reads none without values, and none that the role may not select", async () => {
  expect(await endsIn(false)).toBeUndefined();
  const role = `dbadvise_ends_${process.pid}`;
  await client.query(
    `create role ${role} login password 'p'; grant select (id) on "Se'en" to ${role}`,
  );
  const url = new URL(database.url);
  url.username = role;
  url.password = "p";
  // Not counted as scans, or not read.
  expect(await endsIn(true, url.href)).toBeUndefined();
  await client.query(`grant set on parameter track_counts to ${role}`);
  const ends = await endsIn(true, url.href);
  await client.query(`drop owned by ${role}; drop role ${role}`);
  expect(ends?.map((one) => one.column)).toEqual(["id"]);
});

test("is not counted as a scan of any index", async () => {
  const scans = async (): Promise<unknown> => {
    await client.query("select pg_stat_force_next_flush()");
    const { rows } = await client.query(
      "select sum(idx_scan)::int as scans from pg_stat_user_indexes",
    );
    return rows[0];
  };
  const before = await scans();
  expect(await endsIn(true)).not.toBeUndefined();
  expect(await scans()).toEqual(before);
});

test("reads no more of a table than an index look-up", async () => {
  const scans = async (): Promise<unknown> => {
    await client.query("select pg_stat_force_next_flush()");
    const { rows } = await client.query<{ scans: number }>(
      `select sum(seq_scan)::int as scans from pg_stat_user_tables where relname = 'Se''en'`,
    );
    return rows[0]?.scans;
  };
  const before = await scans();
  await endsIn(true);
  expect(await scans()).toBe(before);
});
