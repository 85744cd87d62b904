import { DIALECTS, type TestDatabase } from "@dbadvise/testkit";
import { Kysely, sql } from "kysely";
import Cursor from "pg-cursor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPool } from "./create-pool.ts";
import { mysqlDialect, postgresDialect } from "./kysely.ts";
import { mysql } from "./mysql.ts";
import { postgres } from "./postgres.ts";

interface Database {
  people: { id: number; name: string };
}

/** Building a MySQL server may take more than a minute, once. */
const START_MS = 300_000;

describe.each(DIALECTS)("$name", ({ name, start }) => {
  let database: TestDatabase;
  let db: Kysely<Database>;
  let stats: () => { readonly used: number; readonly resets: number; readonly closed: object };

  beforeAll(async () => {
    database = await start();
    if (name === "postgres") {
      const pool = createPool({ connector: postgres(database.url), max: 2 });
      stats = pool.stats;
      db = new Kysely({ dialect: postgresDialect({ pool, cursor: Cursor }) });
    } else {
      const pool = createPool({ connector: mysql(database.url), max: 2 });
      stats = pool.stats;
      db = new Kysely({ dialect: mysqlDialect({ pool }) });
    }
    await sql`create table people (id int primary key, name varchar(50) not null)`.execute(db);
    await db
      .insertInto("people")
      .values(Array.from({ length: 50 }, (_, id) => ({ id, name: `person ${id}` })))
      .execute();
  }, START_MS);
  afterAll(async () => {
    await db?.destroy();
    await database?.close();
  });

  const nameOf = async (id: number, of: Kysely<Database> = db): Promise<string | undefined> =>
    (await of.selectFrom("people").select("name").where("id", "=", id).executeTakeFirst())?.name;

  test("tells how many rows a statement changed, and of a SELECT nothing", async () => {
    const update = db.updateTable("people").set({ name: "renamed" }).where("id", "<", 3);
    expect((await update.executeTakeFirst()).numUpdatedRows).toBe(3n);
    const removed = await db.deleteFrom("people").where("id", "=", 49).executeTakeFirst();
    expect(removed.numDeletedRows).toBe(1n);
    const read = await sql`select 1 as one`.execute(db);
    expect(read).toEqual({ rows: [{ one: 1 }] });
  });

  test("commits, rolls back, and keeps to the isolation asked for", async () => {
    await db
      .transaction()
      .setIsolationLevel("serializable")
      .execute(async (trx) => {
        await trx.updateTable("people").set({ name: "kept" }).where("id", "=", 10).execute();
      });
    expect(await nameOf(10)).toBe("kept");
    await expect(
      db.transaction().execute(async (trx) => {
        await trx.updateTable("people").set({ name: "lost" }).where("id", "=", 10).execute();
        throw new Error("no");
      }),
    ).rejects.toThrow("no");
    expect(await nameOf(10)).toBe("kept");
    await expect(
      db
        .transaction()
        .setAccessMode("read only")
        .execute((trx) => trx.deleteFrom("people").execute()),
    ).rejects.toThrow(/read.only/i);
  });

  test("rolls back to a savepoint", async () => {
    const trx = await db.startTransaction().execute();
    await trx.updateTable("people").set({ name: "before" }).where("id", "=", 11).execute();
    const saved = await trx.savepoint("here").execute();
    await saved.updateTable("people").set({ name: "after" }).where("id", "=", 11).execute();
    const back = await saved.rollbackToSavepoint("here").execute();
    await back.releaseSavepoint("here").execute();
    await trx.commit().execute();
    expect(await nameOf(11)).toBe("before");
  });

  test("streams in chunks, and may be left early", async () => {
    const query = db.selectFrom("people").select("id").orderBy("id");
    const all: number[] = [];
    for await (const { id } of query.stream(7)) all.push(id);
    expect(all).toHaveLength(49);
    for await (const { id } of query.stream(7)) if (id === 3) break;
    expect(await nameOf(12)).toBe("person 12");
    expect(stats().used).toBe(0);
  });

  test("an abort ends the statement on the server, and frees the connection", async () => {
    const sleep = name === "postgres" ? sql`select pg_sleep(30)` : sql`select sleep(30)`;
    const query = db.executeQuery(sleep.compile(db), { signal: AbortSignal.timeout(200) });
    await expect(query).rejects.toThrow("timeout");
    await expect.poll(() => stats().used, { timeout: 10_000 }).toBe(0);
    const running =
      name === "postgres"
        ? sql<{
            n: number;
          }>`select count(*)::int as n from pg_stat_activity where query like '%pg_sleep(30)' and state = 'active'`
        : sql<{
            n: number;
          }>`select count(*) as n from information_schema.processlist where info like 'select sleep(30)%'`;
    expect((await running.execute(db)).rows[0]?.n).toBe(0);
  });

  test("a session that was changed is reset before anyone else has it (node-postgres #391)", async () => {
    const before = stats().resets;
    await db.connection().execute(async (one) => {
      if (name === "postgres") await sql`set application_name = 'mine'`.execute(one);
      else await sql`set @mine = 1`.execute(one);
    });
    const read =
      name === "postgres"
        ? sql<{ mine: unknown }>`select nullif(current_setting('application_name'), '') as mine`
        : sql<{ mine: unknown }>`select @mine as mine`;
    for (let round = 0; round < 4; round += 1) {
      expect((await read.execute(db)).rows[0]?.mine).toBeNull();
    }
    expect(stats().resets).toBeGreaterThan(before);
  });
});
