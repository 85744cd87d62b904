import { onQuery, type QueryEnd } from "@dbadvise/observe";
import { type Cluster, startCluster } from "@dbadvise/testkit";
import { drizzle } from "drizzle-orm/node-postgres";
import { eq, sql as drizzleSql } from "drizzle-orm";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { Kysely, PostgresDialect, sql } from "kysely";
import type pg from "pg";
import Cursor from "pg-cursor";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { routedPool } from "./pg.ts";
import type { Router } from "./router.ts";
import { type Routers, routersOver } from "./testing/routers-over.ts";

let cluster: Cluster;
let routers: Routers;
let pool: pg.Pool;
let seen: string[];
let stop: () => void;

beforeAll(async () => {
  cluster = await startCluster("postgres", { replicas: 1 });
  routers = routersOver("postgres", cluster);
  const router = routers.router({ catchUpMs: 10_000 }) as Router<pg.Client>;
  pool = routedPool(router);
  await pool.query("create table notes (id int primary key, body text not null)");
  await pool.query("insert into notes values (1, 'one'), (2, 'two'), (3, 'three')");
});
afterAll(async () => {
  if (pool !== undefined && !pool.ending) await pool.end();
  await routers?.[Symbol.asyncDispose]();
  await cluster?.close();
});
beforeEach(() => {
  seen = [];
  // Those of the test alone: the router asks nodes how they are, and where a write is.
  stop = onQuery(({ sql: sent, pool: node, route }: QueryEnd) => {
    if (route !== undefined || /^(?:begin|start|commit|rollback)/i.test(sent)) {
      seen.push(`${node === "postgres-1" ? "primary" : "replica"}: ${sent.slice(0, 18)}`);
    }
  });
});
afterEach(() => stop());

test("a pool's reads go to a replica, its writes to the primary", async () => {
  await pool.query("insert into notes values ($1, $2)", [4, "four"]);
  const { rows, rowCount, fields } = await pool.query<{ body: string }>(
    "select body from notes where id = $1",
    [4],
  );
  expect([rows, rowCount, fields[0]!.name]).toEqual([[{ body: "four" }], 1, "body"]);
  const arrays = await pool.query({ text: "select id from notes where id < 3", rowMode: "array" });
  expect(arrays.rows).toEqual([[1], [2]]);
  expect(seen).toEqual([
    "primary: insert into notes ",
    "replica: select body from n",
    "replica: select id from not",
  ]);
});

test("a client reads from replicas until it writes, and then stays on the primary", async () => {
  const client = await pool.connect();
  try {
    await client.query("select 1");
    await client.query("update notes set body = 'ONE' where id = 1");
    await client.query("select 2");
  } finally {
    client.release();
  }
  expect(() => client.release()).toThrow("already been released");
  expect(seen).toEqual(["replica: select 1", "primary: update notes set b", "primary: select 2"]);
});

test("a read-only transaction has one replica, any other the primary", async () => {
  const client = await pool.connect();
  await client.query("begin transaction isolation level repeatable read, read only");
  await client.query("select 1");
  await client.query("commit");
  await client.query("begin");
  await client.query("select 2");
  await client.query("rollback");
  await client.query("select 3");
  client.release();
  expect(seen.map((one) => one.replace(/: (\w+( \d)?).*/, " $1"))).toEqual([
    "replica begin",
    "replica select 1",
    "replica commit",
    "primary begin",
    "primary select 2",
    "primary rollback",
    "primary select 3",
  ]);
});

test("callbacks, cursors and errors of the server come through", async () => {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  pool.query("select 1 as one", (_: Error, result: pg.QueryResult) => resolve(result.rows));
  expect(await promise).toEqual([{ one: 1 }]);
  await expect(pool.query("select nothing from nowhere")).rejects.toMatchObject({ code: "42P01" });
  const client = await pool.connect();
  const cursor = client.query(new Cursor("select id from notes order by id"));
  expect(await cursor.read(2)).toEqual([{ id: 1 }, { id: 2 }]);
  await cursor.close();
  expect((await client.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  client.release();
});

test("a client that is released with an open cursor blocks nobody", async () => {
  const client = await pool.connect();
  const cursor = client.query(new Cursor("select generate_series(1, 1000)"));
  await cursor.read(1);
  client.release();
  expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  await expect.poll(() => pool.totalCount).toBe(0);
  // The cursor's end is told when its connection is closed.
  await expect.poll(() => seen).toHaveLength(2);
});

describe("Drizzle", () => {
  const notes = pgTable("notes", { id: integer("id").primaryKey(), body: text("body").notNull() });

  test("queries and transactions", async () => {
    const db = drizzle(pool);
    await db.insert(notes).values({ id: 10, body: "ten" });
    expect(await db.select().from(notes).where(eq(notes.id, 10))).toEqual([
      { id: 10, body: "ten" },
    ]);
    const read = await db.transaction((trx) => trx.select().from(notes).where(eq(notes.id, 10)), {
      accessMode: "read only",
    });
    expect(read).toHaveLength(1);
    const failing = db.transaction(async (trx) => {
      await trx.delete(notes).where(eq(notes.id, 10));
      // drizzle-orm #6234: a read in a transaction sees what the transaction did.
      expect(await trx.select().from(notes).where(eq(notes.id, 10))).toEqual([]);
      await trx.execute(drizzleSql`select 1 / 0`);
    });
    await expect(failing).rejects.toThrow("1 / 0");
    expect(await db.select().from(notes).where(eq(notes.id, 10))).toHaveLength(1);
    expect(seen.map((one) => one.split(" ").slice(0, 2).join(" "))).toEqual([
      "primary: insert",
      "replica: select",
      "replica: begin",
      "replica: select",
      "replica: commit",
      "primary: begin",
      "primary: delete",
      "primary: select",
      "primary: select",
      "primary: rollback",
      "replica: select",
    ]);
  });
});

test("Kysely's own dialect", async () => {
  const db = new Kysely<{ notes: { id: number; body: string } }>({
    dialect: new PostgresDialect({ pool, cursor: Cursor }),
  });
  await db.insertInto("notes").values({ id: 20, body: "twenty" }).execute();
  const find = db.selectFrom("notes").selectAll().where("id", "=", 20);
  expect(await find.execute()).toHaveLength(1);
  const inside = await db
    .transaction()
    .setAccessMode("read only")
    .execute((trx) => sql`select ${1}::int as one`.execute(trx));
  expect(inside.rows).toEqual([{ one: 1 }]);
  const bodies: string[] = [];
  for await (const { body } of db
    .selectFrom("notes")
    .select("body")
    .where("id", "<", 3)
    .stream(1)) {
    bodies.push(body);
  }
  expect(bodies).toHaveLength(2);
  await expect(sql`select 1`.execute(db)).resolves.toBeDefined();
  await db.destroy();
  expect(pool.ended).toBe(true);
});
