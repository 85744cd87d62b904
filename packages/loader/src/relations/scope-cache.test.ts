import { DIALECTS } from "@dbadvise/testkit";
import { withScope } from "@dbadvise/observe";
import { sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { withCoalescing } from "../coalescing/with-coalescing.ts";
import { count } from "./count.ts";
import { many } from "./many.ts";
import { one } from "./one.ts";
import { withScopeCache } from "./scope-cache.ts";
import { testKysely, type TestKysely } from "./testing/test-kysely.ts";

interface Database {
  items: { id: number; owner: number; name: string };
  log: { id: number };
}

const START_MS = 300_000;

describe.each(DIALECTS)("the cache of a scope on $name", ({ name, start }) => {
  let kysely: TestKysely<Database>;

  beforeAll(async () => {
    kysely = testKysely<Database>(name, await start(), withScopeCache);
    await sql`create table items (id int primary key, owner int not null, name varchar(20) not null)`.execute(
      kysely.db,
    );
    await sql`create table log (id int primary key)`.execute(kysely.db);
  }, START_MS);
  afterAll(() => kysely?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    await kysely.db.deleteFrom("items").execute();
    await kysely.db
      .insertInto("items")
      .values([
        { id: 1, owner: 1, name: "one" },
        { id: 2, owner: 1, name: "two" },
        { id: 3, owner: 2, name: "three" },
      ])
      .execute();
    kysely.sent();
  });

  test("a key is asked for once in a scope, and again in the next", async () => {
    const items = many(kysely.db, { from: "items", key: "owner" });
    const run = () =>
      withScope(async () => {
        const [first] = await items.loadMany([1, 2]);
        first?.pop();
        return [await items.load(1), await items.load(2), await items.load(1)];
      });
    expect((await run()).map((rows) => rows.length)).toEqual([2, 1, 2]);
    expect(kysely.sent().length).toBe(1);
    await run();
    expect(kysely.sent().length).toBe(1);
  });

  test("nothing is cached outside of a scope", async () => {
    const item = one(kysely.db, { from: "items", key: "id" });
    await item.load(1);
    await item.load(1);
    expect(kysely.sent().length).toBe(2);
  });

  test("scopes share no statement", async () => {
    const item = one(kysely.db, { from: "items", key: "id" });
    await Promise.all([1, 2].map((id) => withScope(() => item.loadMany([id, 3]))));
    expect(kysely.sent().length).toBe(2);
  });

  test.each<[string, (db: TestKysely<Database>["db"]) => Promise<unknown>]>([
    [
      "an UPDATE",
      (db) => db.updateTable("items").set({ name: "new" }).where("id", "=", 1).execute(),
    ],
    ["raw SQL", (db) => sql`update items set name = 'new' where id = 1`.execute(db)],
    [
      "a transaction",
      (db) =>
        db.transaction().execute(async (trx) => {
          await trx.updateTable("items").set({ name: "new" }).where("id", "=", 1).execute();
        }),
    ],
  ])("%s in the scope empties it: nothing is stale after a mutation", async (_what, write) => {
    const item = one(kysely.db, { from: "items", key: "id" });
    await withScope(async () => {
      expect(await item.load(1)).toMatchObject({ name: "one" });
      await write(kysely.db);
      kysely.sent();
      expect(await item.load(1)).toMatchObject({ name: "new" });
      expect(await item.load(1)).toMatchObject({ name: "new" });
      expect(kysely.sent().length).toBe(1);
    });
  });

  test("what is read beside a transaction before its commit isn't kept beyond it", async () => {
    const item = one(kysely.db, { from: "items", key: "id" });
    await withScope(async () => {
      await kysely.db.transaction().execute(async (trx) => {
        await trx.updateTable("items").set({ name: "new" }).where("id", "=", 1).execute();
        expect(await item.load(1, { db: trx })).toMatchObject({ name: "new" });
        expect(await item.load(1)).toMatchObject({ name: "one" });
      });
      expect(await item.load(1)).toMatchObject({ name: "new" });
    });
  });

  test("what a savepoint took back isn't kept", async () => {
    const items = count(kysely.db, { from: "items", key: "owner" });
    await withScope(async () => {
      const trx = await kysely.db.startTransaction().execute();
      const nested = await trx.savepoint("before").execute();
      await nested.deleteFrom("items").where("owner", "=", 1).execute();
      expect(await items.load(1, { db: nested })).toBe(0);
      await nested.rollbackToSavepoint("before").execute();
      expect(await items.load(1, { db: nested })).toBe(2);
      await nested.rollback().execute();
    });
  });

  test("reads leave it as it is", async () => {
    const item = one(kysely.db, { from: "items", key: "id" });
    await withScope(async () => {
      await item.load(1);
      await kysely.db.selectFrom("items").selectAll().execute();
      kysely.sent();
      await item.load(1);
      expect(kysely.sent()).toEqual([]);
    });
  });

  test("a failed load is asked for again", async () => {
    const broken = one(kysely.db, {
      from: "items",
      key: "id",
      query: (q, table: string) =>
        q.select(sql<number>`(select max(id) from ${sql.table(table)})`.as("id")),
    });
    await withScope(async () => {
      await expect(broken.load(1, { args: "later" })).rejects.toThrow("later");
      await sql`create table later (id int)`.execute(kysely.db);
      expect(await broken.load(1, { args: "later" })).toEqual({ id: null });
    });
    await sql`drop table later`.execute(kysely.db);
  });

  test("it works below coalescing too", async () => {
    const db = withCoalescing(kysely.db);
    const items = many(db, {
      from: "items",
      key: "owner",
      query: (q) => q.select("name").orderBy("id").limit(1),
    });
    await withScope(async () => {
      expect(await items.loadMany([1, 2])).toEqual([[{ name: "one" }], [{ name: "three" }]]);
      kysely.sent();
      expect(await items.load(1)).toEqual([{ name: "one" }]);
      expect(kysely.sent()).toEqual([]);
      await db.updateTable("items").set({ name: "new" }).where("id", "=", 1).execute();
      expect(await items.loadMany([1, 2])).toEqual([[{ name: "new" }], [{ name: "three" }]]);
    });
  });
});
