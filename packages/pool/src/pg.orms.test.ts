import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { eq, sql as drizzleSql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable, text } from "drizzle-orm/pg-core";
import { type Generated, Kysely, PostgresDialect, sql } from "kysely";
import type pg from "pg";
import Cursor from "pg-cursor";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { Pool } from "./pg.ts";

let database: TestDatabase;
let pool: pg.Pool;

beforeAll(async () => {
  database = await startPostgres();
});

beforeEach(() => {
  pool = new Pool({ connectionString: database.url, max: 3 });
});

afterEach(async () => {
  if (!pool.ending) await pool.end();
});

afterAll(() => database.close());

describe("Kysely's PostgresDialect", () => {
  interface Tables {
    readonly kysely_person: { id: Generated<number>; name: string };
  }

  test("queries, transactions, rollback, streams and destroy", async () => {
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) });
    await db.schema
      .createTable("kysely_person")
      .addColumn("id", "serial", (column) => column.primaryKey())
      .addColumn("name", "text", (column) => column.notNull())
      .execute();
    await db
      .insertInto("kysely_person")
      .values(["a", "b", "c"].map((name) => ({ name })))
      .execute();
    await db.transaction().execute(async (trx) => {
      await trx.updateTable("kysely_person").set({ name: "A" }).where("name", "=", "a").execute();
    });
    const failing = db.transaction().execute(async (trx) => {
      await trx.deleteFrom("kysely_person").execute();
      await sql`select 1 / 0`.execute(trx);
    });
    await expect(failing).rejects.toThrow("division by zero");

    const names: string[] = [];
    for await (const { name } of db
      .selectFrom("kysely_person")
      .select("name")
      .orderBy("id")
      .stream(2))
      names.push(name);
    expect(names).toEqual(["A", "b", "c"]);
    // A stream that is left early gives its client back too.
    for await (const row of db.selectFrom("kysely_person").selectAll().orderBy("id").stream(1)) {
      expect(row.name).toBe("A");
      break;
    }
    expect(pool.totalCount - pool.idleCount).toBe(0);
    await Promise.all(
      Array.from({ length: 20 }, () => db.selectFrom("kysely_person").selectAll().execute()),
    );
    expect(pool.totalCount).toBeLessThanOrEqual(3);
    await db.destroy();
    expect(pool.ended).toBe(true);
  });

  test("a connection of one's own", async () => {
    const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
    const value = await db.connection().execute(async (connection) => {
      await sql`set search_path = nowhere`.execute(connection);
      const { rows } = await sql<{ search_path: string }>`show search_path`.execute(connection);
      return rows[0]?.search_path;
    });
    expect(value).toBe("nowhere");
    // The next holder doesn't find it (node-postgres #391).
    const { rows } = await sql<{ search_path: string }>`show search_path`.execute(db);
    expect(rows[0]?.search_path).toBe('"$user", public');
  });
});

describe.each(["cancel query", "kill session"] as const)("Kysely's own abort: %s", (strategy) => {
  test("ends the statement on the server", async () => {
    const db = new Kysely<object>({ dialect: new PostgresDialect({ pool }) });
    const abort = new AbortController();
    const slow = sql`select pg_sleep(60), ${strategy}::text as strategy`.execute(db, {
      signal: abort.signal,
      inflightQueryAbortStrategy: strategy,
    });
    setTimeout(() => abort.abort(new Error("enough")), 100);
    await expect(slow).rejects.toThrow(Error);
    await vi.waitFor(
      async () => {
        const { rows } = await sql<{ running: number }>`
          select count(*)::int as running from pg_stat_activity
          where query like '%pg_sleep(60)%' and state = 'active' and pid <> pg_backend_pid()`.execute(
          db,
        );
        expect(rows).toEqual([{ running: 0 }]);
      },
      { timeout: 10_000 },
    );
    // The server is done with it before its answer has come here.
    await vi.waitFor(() => expect(pool.totalCount - pool.idleCount).toBe(0), { timeout: 10_000 });
  });
});

describe("Drizzle on node-postgres", () => {
  const person = pgTable("drizzle_person", {
    id: integer().primaryKey().generatedAlwaysAsIdentity(),
    name: text().notNull(),
  });

  test("queries, prepared statements, and transactions on one client", async () => {
    const db = drizzle({ client: pool });
    await db.execute(
      drizzleSql`create table drizzle_person (id int primary key generated always as identity, name text not null)`,
    );
    await db.insert(person).values([{ name: "a" }, { name: "b" }]);
    const byName = db
      .select()
      .from(person)
      .where(eq(person.name, drizzleSql.placeholder("name")))
      .prepare("by_name");
    expect(await byName.execute({ name: "b" })).toEqual([{ id: 2, name: "b" }]);
    expect(await byName.execute({ name: "a" })).toEqual([{ id: 1, name: "a" }]);

    const pids = await db.transaction(async (trx) => {
      await trx.update(person).set({ name: "A" }).where(eq(person.id, 1));
      const both = await Promise.all(
        [1, 2].map(() => trx.execute<{ pid: number }>(drizzleSql`select pg_backend_pid() as pid`)),
      );
      return both.map(({ rows }) => rows[0]?.pid);
    });
    expect(new Set(pids).size).toBe(1);
    const failing = db.transaction(async (trx) => {
      await trx.delete(person);
      trx.rollback();
    });
    await expect(failing).rejects.toThrow("Rollback");
    expect(await db.select().from(person).orderBy(person.id)).toEqual([
      { id: 1, name: "A" },
      { id: 2, name: "b" },
    ]);
    expect(pool.totalCount - pool.idleCount).toBe(0);
  });
});

test("allowExitOnIdle lets the process end while clients are idle", async () => {
  const program = `
    import { Pool } from ${JSON.stringify(new URL("pg.ts", import.meta.url).href)};
    const pool = new Pool({
      connectionString: process.argv[1],
      allowExitOnIdle: true,
      idleTimeoutMillis: 600_000,
    });
    await pool.query("select 1");
    console.log(pool.idleCount);`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--input-type=module", "--eval", program, database.url],
    { timeout: 30_000, cwd: import.meta.dirname },
  );
  expect(stdout).toBe("1\n");
});
