import { DIALECTS, type TestDatabase } from "@dbadvise/testkit";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withScope } from "@dbadvise/observe";
import { kyselyOn } from "./testing/kysely-on.ts";
import { type CoalescingKysely, withCoalescing } from "./with-coalescing.ts";

interface Database {
  accounts: { id: number; name: string };
}

describe.each(DIALECTS)("$name", ({ name, start }) => {
  let database: TestDatabase;
  let plain: Kysely<Database>;
  let db: CoalescingKysely<Database>;
  const sent: string[] = [];

  beforeAll(async () => {
    database = await start();
    plain = kyselyOn[name]<Database>(database.url, 4, ({ query }) => sent.push(query.sql));
    await sql`create table accounts (id int primary key, name varchar(20))`.execute(plain);
  });
  beforeEach(async () => {
    await plain.deleteFrom("accounts").execute();
    await plain
      .insertInto("accounts")
      .values([1, 2, 3, 4].map((id) => ({ id, name: `n${id}` })))
      .execute();
    db = withCoalescing(plain);
    // The shape is known from now on.
    await Promise.all([nameOf(db, 1), nameOf(db, 2)]);
    sent.length = 0;
  });
  afterAll(async () => {
    await plain?.destroy();
    await database?.close();
  });

  async function nameOf(on: Kysely<Database>, id: number): Promise<string | undefined> {
    const row = await on.selectFrom("accounts").selectAll().where("id", "=", id).executeTakeFirst();
    return row?.name;
  }
  const rename = (on: Kysely<Database>, id: number, to: string): Promise<unknown> =>
    on.updateTable("accounts").set({ name: to }).where("id", "=", id).execute();
  const reads = (): string[] => sent.filter((text) => /^\(?select/.test(text));

  test("reads that meet inside are merged, and see what the transaction wrote", async () => {
    const names = await db.transaction().execute(async (trx) => {
      await rename(trx, 2, "written");
      return await Promise.all([1, 2, 3].map((id) => nameOf(trx, id)));
    });
    expect(names).toEqual(["n1", "written", "n3"]);
    expect(reads()).toHaveLength(1);
  });

  test("more reads inside than one statement takes", async () => {
    const ids = Array.from({ length: 1500 }, (_, index) => (index % 4) + 1);
    const names = await db
      .transaction()
      .execute((trx) => Promise.all(ids.map((id) => nameOf(trx, id))));
    expect(names).toEqual(ids.map((id) => `n${id}`));
    expect(reads().length).toBeLessThanOrEqual(12);
  });

  test("more reads outside than one statement takes", async () => {
    const ids = Array.from({ length: 1500 }, (_, index) => index - 700);
    const names = await Promise.all(ids.map((id) => nameOf(db, id)));
    expect(names.filter((one) => one !== undefined)).toEqual(["n1", "n2", "n3", "n4"]);
    expect(reads().length).toBeLessThanOrEqual(12);
  });

  test("a write is a barrier: reads before it go ahead, reads after it behind", async () => {
    const names = await db
      .transaction()
      .execute((trx) =>
        Promise.all([
          nameOf(trx, 1),
          nameOf(trx, 2),
          rename(trx, 1, "second").then(() => "write"),
          nameOf(trx, 1),
          nameOf(trx, 2),
          rename(trx, 1, "third").then(() => "write"),
          nameOf(trx, 1),
        ]),
      );
    expect(names).toEqual(["n1", "n2", "write", "second", "n2", "write", "third"]);
    const order = sent.map((text) => /select|update/.exec(text)?.[0]).filter(Boolean);
    expect(order).toEqual(["select", "update", "select", "update", "select"]);
  });

  test("outside too: reads of the scope that wait are asked for before its write", async () => {
    const narrow = kyselyOn[name]<Database>(database.url, 1);
    const own = withCoalescing(narrow);
    // Kysely's first query makes its pool, behind which a second may overtake it.
    await nameOf(own, 2);
    const names = await Promise.all([
      nameOf(own, 1),
      rename(own, 1, "written").then(() => "write"),
      nameOf(own, 1),
    ]);
    expect(names).toEqual(["n1", "write", "written"]);
    await own.destroy();
  });

  test("a rolled back write is gone", async () => {
    const failed = db.transaction().execute(async (trx) => {
      await rename(trx, 1, "never");
      expect(await Promise.all([nameOf(trx, 1), nameOf(trx, 2)])).toEqual(["never", "n2"]);
      throw new Error("rolled back");
    });
    await expect(failed).rejects.toThrow("rolled back");
    expect(await Promise.all([nameOf(db, 1), nameOf(db, 2)])).toEqual(["n1", "n2"]);
  });

  test("savepoints are barriers", async () => {
    const trx = await db.startTransaction().execute();
    await rename(trx, 1, "kept");
    const before = nameOf(trx, 1);
    const saved = await trx.savepoint("here").execute();
    const inside = rename(saved, 1, "undone");
    const seen = nameOf(saved, 1);
    const [back] = await Promise.all([saved.rollbackToSavepoint("here").execute(), inside]);
    const after = await Promise.all([nameOf(back, 1), nameOf(back, 2)]);
    await back.releaseSavepoint("here").execute();
    const atEnd = [nameOf(trx, 1), nameOf(trx, 2)];
    await trx.commit().execute();
    expect([await before, await seen, ...after]).toEqual(["kept", "undone", "kept", "n2"]);
    expect(await Promise.all(atEnd)).toEqual(["kept", "n2"]);
    expect(await nameOf(plain, 1)).toBe("kept");
  });

  test("transactions, and what is outside of them, are never merged with each other", async () => {
    const ids = [1, 2];
    await Promise.all([
      db.transaction().execute((trx) => Promise.all(ids.map((id) => nameOf(trx, id)))),
      db.transaction().execute((trx) => Promise.all(ids.map((id) => nameOf(trx, id)))),
      ...ids.map((id) => nameOf(db, id)),
    ]);
    expect(reads()).toHaveLength(3);
  });

  test("scopes are never merged with each other", async () => {
    const inScope = (): Promise<unknown> =>
      withScope(() => Promise.all([nameOf(db, 1), nameOf(db, 2), nameOf(db, 3)]));
    await Promise.all([inScope(), inScope(), nameOf(db, 1), nameOf(db, 4)]);
    expect(reads()).toHaveLength(3);
  });

  test("instances are never merged with each other", async () => {
    const other = withCoalescing(plain);
    await Promise.all([nameOf(db, 1), nameOf(other, 2), nameOf(db, 3), nameOf(other, 4)]);
    expect(db.coalescing.report().calls).toBe(4);
    expect(other.coalescing.report().calls).toBe(2);
  });

  test("one connection: what is sent on it stays in its order", async () => {
    const seen = await db
      .connection()
      .execute((one) =>
        Promise.all([
          sql`create temporary table own (id int)`.execute(one).then(() => "made"),
          sql`insert into own values (1)`.execute(one).then(() => "filled"),
          sql<{ id: number }>`select id from own`.execute(one).then(({ rows }) => rows[0]?.id),
          nameOf(one, 1),
        ]),
      );
    expect(seen).toEqual(["made", "filled", 1, "n1"]);
  });

  test("raw SQL may have changed the session: no more merging in that transaction", async () => {
    await db.transaction().execute(async (trx) => {
      await sql`select 1`.execute(trx);
      expect(await Promise.all([nameOf(trx, 1), nameOf(trx, 2)])).toEqual(["n1", "n2"]);
    });
    expect(reads()).toHaveLength(3);
  });

  test("a statement that fails inside rejects alone, and the transaction rolls back", async () => {
    const duplicate = db.transaction().execute(async (trx) => {
      await rename(trx, 1, "never");
      await Promise.all([
        nameOf(trx, 1),
        trx.insertInto("accounts").values({ id: 1, name: "again" }).execute(),
      ]);
    });
    await expect(duplicate).rejects.toThrow(/duplicate/i);
    expect(await nameOf(db, 1)).toBe("n1");
  });
});
