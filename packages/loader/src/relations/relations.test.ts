import { DIALECTS } from "@dbadvise/testkit";
import { CamelCasePlugin, type ColumnType, type Kysely, sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { count } from "./count.ts";
import { exists } from "./exists.ts";
import { many } from "./many.ts";
import { one } from "./one.ts";
import { RelationError } from "./relation-error.ts";
import { testKysely, type TestKysely } from "./testing/test-kysely.ts";

interface Database {
  users: { id: number; tenant_id: number; name: string | null; manager_id: number | null };
  orders: {
    id: number;
    tenant_id: number;
    user_id: number | null;
    status: string;
    total: ColumnType<string, number>;
  };
}

/** Building a MySQL server may take more than a minute, once. */
const START_MS = 300_000;

describe.each(DIALECTS)("relations on $name", ({ name, start }) => {
  let kysely: TestKysely<Database>;

  beforeAll(async () => {
    kysely = testKysely<Database>(name, await start());
    const { db } = kysely;
    await sql`create table users (
      id int not null, tenant_id int not null, name varchar(50), manager_id int, primary key (tenant_id, id)
    )`.execute(db);
    await sql`create table orders (
      id int primary key, tenant_id int not null, user_id int, status varchar(10) not null, total decimal(10, 2) not null
    )`.execute(db);
    await sql`create index orders_user on orders (user_id, id)`.execute(db);
    await db
      .insertInto("users")
      .values(
        Array.from({ length: 20 }, (_, index) => ({
          id: index + 1,
          tenant_id: 1 + (index % 2),
          name: index === 4 ? null : `user ${index + 1}`,
          manager_id: index === 0 ? null : 1,
        })),
      )
      .execute();
    // User n has n orders; user 20 has none.
    await db
      .insertInto("orders")
      .values(
        Array.from({ length: 20 }, (_, index) => index)
          .flatMap((user) => Array.from({ length: user }, () => user))
          .map((user, index) => ({
            id: index + 1,
            tenant_id: 1,
            user_id: user,
            status: index % 2 === 0 ? "open" : "paid",
            total: index + 0.5,
          })),
      )
      .execute();
  }, START_MS);
  afterAll(() => kysely?.[Symbol.asyncDispose]());
  beforeEach(() => void kysely.sent());

  const ids = (rows: readonly { readonly id: number }[]): number[] => rows.map(({ id }) => id);
  /** What a query by itself gives, for comparison. */
  const ordersOf = (user: number) =>
    kysely.db.selectFrom("orders").select(["id", "total"]).where("user_id", "=", user);

  describe("many", () => {
    test("gives each key its rows, ordered and limited for each", async () => {
      const latest = many(kysely.db, {
        from: "orders",
        key: "user_id",
        query: (q) => q.select(["id", "total"]).orderBy("id", "desc").limit(3),
      });
      const users = [5, 1, 20, 19, 2];
      const loaded = await latest.loadMany(users);
      expect(kysely.sent().length).toBe(1);
      for (const [index, user] of users.entries()) {
        expect(loaded[index]).toEqual(
          await ordersOf(user).orderBy("id", "desc").limit(3).execute(),
        );
      }
      expect(loaded.map((rows) => rows.length)).toEqual([3, 1, 0, 3, 2]);
    });

    test("without a query gives whole rows", async () => {
      const orders = many(kysely.db, { from: "orders", key: "user_id" });
      const [two, none] = await orders.loadMany([2, 20]);
      expect(kysely.sent().length).toBe(1);
      const expected = await kysely.db
        .selectFrom("orders")
        .selectAll()
        .where("user_id", "=", 2)
        .execute();
      expect(two?.toSorted((a, b) => a.id - b.id)).toEqual(expected);
      expect(none).toEqual([]);
    });

    test("orders the rows of each key, joined and with a bare star, as the query alone does", async () => {
      const orders = many(kysely.db, {
        from: "orders",
        key: "user_id",
        query: (q) =>
          q
            .innerJoin("users", (join) =>
              join.onRef("users.id", "=", "orders.user_id").on("users.name", "is not", null),
            )
            .selectAll()
            .where("status", "=", "open")
            .orderBy("total", "desc"),
      });
      const alone = (user: number) =>
        kysely.db
          .selectFrom("orders")
          .innerJoin("users", (join) =>
            join.onRef("users.id", "=", "orders.user_id").on("users.name", "is not", null),
          )
          .selectAll()
          .where("status", "=", "open")
          .orderBy("total", "desc")
          .where("orders.user_id", "=", user)
          .execute();
      const users = [6, 7, 5, 19];
      const loaded = await orders.loadMany(users);
      expect(kysely.sent().length).toBe(1);
      expect(loaded).toEqual(await Promise.all(users.map(alone)));
      expect(loaded[2]).toEqual([]);
    });

    test("takes groups, distinct rows and columns of one name", async () => {
      const byStatus = many(kysely.db, {
        from: "orders",
        key: "user_id",
        query: (q) =>
          q
            .select(["status", sql<number>`max(id)`.as("latest")])
            .groupBy("status")
            .orderBy("status"),
      });
      expect(await byStatus.loadMany([1, 3])).toEqual([
        [{ status: "open", latest: 1 }],
        [
          { status: "open", latest: 5 },
          { status: "paid", latest: 6 },
        ],
      ]);
      const statuses = many(kysely.db, {
        from: "orders",
        key: "user_id",
        query: (q) => q.select("status").distinct().orderBy("status", "desc"),
      });
      expect(await statuses.loadMany([3, 1])).toEqual([
        [{ status: "paid" }, { status: "open" }],
        [{ status: "open" }],
      ]);
      const twice = many(kysely.db, {
        from: "orders",
        key: "user_id",
        query: (q) =>
          q
            .innerJoin("users", "users.id", "orders.user_id")
            .selectAll("users")
            .selectAll("orders")
            .orderBy("orders.id")
            .limit(1),
      });
      expect(ids(await twice.load(3))).toEqual([4]);
      expect((await twice.loadMany([3, 4])).map(ids)).toEqual([[4], [7]]);
    });

    test("pages each key: the same page together, pages of one shape as few as can be", async () => {
      const page = many(kysely.db, {
        from: "orders",
        key: "user_id",
        query: (q, { first, after = 0 }: { first: number; after?: number }) =>
          q.select("id").where("id", ">", after).orderBy("id").limit(first),
      });
      const same = await page.loadMany([10, 11, 12], { args: { first: 2 } });
      expect(same.map(ids)).toEqual([
        [46, 47],
        [56, 57],
        [67, 68],
      ]);
      expect(kysely.sent().length).toBe(1);
      const next = await Promise.all(
        [10, 11, 12].map((user, index) =>
          page.load(user, { args: { first: 2 + index, after: same[index]?.at(-1)?.id ?? 0 } }),
        ),
      );
      expect(next.map(ids)).toEqual([
        [48, 49],
        [58, 59, 60],
        [69, 70, 71, 72],
      ]);
      expect(kysely.sent().length).toBe(1);
      const skipped = many(kysely.db, {
        from: "orders",
        key: "user_id",
        query: (q, { offset }: { offset: number }) =>
          q.select("id").orderBy("id").limit(2).offset(offset),
      });
      const pages = await Promise.all([
        skipped.load(10, { args: { offset: 0 } }),
        skipped.load(10, { args: { offset: 2 } }),
        skipped.load(11, { args: { offset: 2 } }),
      ]);
      expect(pages.map(ids)).toEqual([
        [46, 47],
        [48, 49],
        [58, 59],
      ]);
      expect(kysely.sent().length).toBe(1);
    });

    test("asks once for a key that is loaded twice, and gives each caller an array of its own", async () => {
      const orders = many(kysely.db, { from: "orders", key: "user_id" });
      const [a, b, c] = await Promise.all([orders.load(2), orders.load(3), orders.load(2)]);
      expect(kysely.sent().length).toBe(1);
      expect(a).toEqual(c);
      a.length = 0;
      expect([b.length, c.length]).toEqual([3, 2]);
      await orders.load(2);
      expect(kysely.sent().length).toBe(1);
    });

    test("sends a thousand keys in a statement, and no more", async () => {
      const orders = many(kysely.db, {
        from: "orders",
        key: "user_id",
        query: (q) => q.select("id"),
      });
      const keys = Array.from({ length: 1500 }, (_, index) => index);
      const loaded = await orders.loadMany(keys);
      expect(loaded.map((rows) => rows.length)).toEqual(keys.map((key) => (key < 20 ? key : 0)));
      expect(kysely.sent().length).toBe(2);
    });
  });

  describe("one", () => {
    test("gives the row, or null", async () => {
      const user = one(kysely.db, { from: "users", key: "id", query: (q) => q.select("name") });
      expect(await user.loadMany([7, 99, 5])).toEqual([{ name: "user 7" }, null, { name: null }]);
      expect(kysely.sent().length).toBe(1);
    });

    test("takes a missing row for an error where told to, of that key alone", async () => {
      const user = one(kysely.db, { from: "users", key: "id", missing: "error" });
      const [found, missing, none] = await Promise.allSettled([
        user.load(7),
        user.load(99),
        user.load(null),
      ]);
      expect(found).toMatchObject({ status: "fulfilled", value: { name: "user 7" } });
      for (const [failed, key] of [
        [missing, 99],
        [none, null],
      ] as const) {
        expect(failed).toMatchObject({ reason: { code: "MISSING_ROW", from: "users", key } });
      }
      expect((missing as PromiseRejectedResult).reason).toBeInstanceOf(RelationError);
    });

    test("takes several rows for an error, or gives the first", async () => {
      const only = one(kysely.db, { from: "orders", key: "user_id", query: (q) => q.select("id") });
      const [single, several] = await Promise.allSettled([only.load(1), only.load(2)]);
      expect(single).toMatchObject({ value: { id: 1 } });
      expect(several).toMatchObject({ reason: { code: "MULTIPLE_ROWS", key: 2 } });
      const latest = one(kysely.db, {
        from: "orders",
        key: "user_id",
        multiple: "first",
        query: (q) => q.select("id").orderBy("id", "desc"),
      });
      expect(await latest.loadMany([2, 3, 20])).toEqual([{ id: 3 }, { id: 6 }, null]);
    });
  });

  test("count gives a number for each key, 0 where there is none", async () => {
    const orders = count(kysely.db, { from: "orders", key: "user_id" });
    expect(await orders.loadMany([3, 20, 19, 3])).toEqual([3, 0, 19, 3]);
    expect(kysely.sent().length).toBe(1);
    const open = count(kysely.db, {
      from: "orders",
      key: "user_id",
      query: (q, status: string) => q.where("status", "=", status),
    });
    expect(await open.loadMany([3, 20, 1], { args: "open" })).toEqual([1, 0, 1]);
    expect(kysely.sent().length).toBe(1);
    expect(
      await Promise.all([open.load(3, { args: "open" }), open.load(3, { args: "paid" })]),
    ).toEqual([1, 2]);
    expect(await orders.load(null)).toBe(0);
    const limited = count(kysely.db, { from: "orders", key: "user_id", query: (q) => q.limit(1) });
    await expect(limited.load(1)).rejects.toThrow(TypeError);
  });

  test("exists tells whether each key has a row", async () => {
    const paid = exists(kysely.db, {
      from: "orders",
      key: "user_id",
      query: (q) => q.where("status", "=", "paid"),
    });
    expect(await paid.loadMany([2, 20, 1])).toEqual([true, false, false]);
    expect(kysely.sent().length).toBe(1);
    expect(await paid.load(null)).toBe(false);
  });

  describe("keys", () => {
    test("of several columns are objects, told apart by all of their values (prisma #16267)", async () => {
      const user = one(kysely.db, {
        from: "users",
        key: ["tenant_id", "id"],
        query: (q) => q.select("name"),
      });
      expect(
        await Promise.all([
          user.load({ tenant_id: 1, id: 1 }),
          // The order of an object's properties means nothing.
          user.load({ id: 2, tenant_id: 2 }),
          user.load({ tenant_id: 2, id: 1 }),
          user.load({ tenant_id: 1, id: 2 }),
        ]),
      ).toEqual([{ name: "user 1" }, { name: "user 2" }, null, null]);
      expect(kysely.sent().length).toBe(1);
      const latest = many(kysely.db, {
        from: "orders",
        key: ["tenant_id", "user_id"],
        query: (q) => q.select("id").orderBy("id", "desc").limit(1),
      });
      expect(
        await latest.loadMany([
          { tenant_id: 1, user_id: 3 },
          { tenant_id: 2, user_id: 3 },
          { tenant_id: 1, user_id: 2 },
        ]),
      ).toEqual([[{ id: 6 }], [], [{ id: 3 }]]);
    });

    test("with NULL have no rows, and are not sent", async () => {
      await kysely.db
        .insertInto("orders")
        .values({ id: 1000, tenant_id: 3, user_id: null, status: "open", total: 1 })
        .execute();
      kysely.sent();
      const orders = many(kysely.db, { from: "orders", key: ["tenant_id", "user_id"] });
      expect(await orders.load({ tenant_id: 3, user_id: null })).toEqual([]);
      expect(kysely.sent()).toEqual([]);
      await expect(orders.load({ tenant_id: 3 } as never)).rejects.toThrow(
        "has no value for user_id",
      );
    });
  });

  describe("transactions", () => {
    test("are read in by their loads, apart from others", async () => {
      const orders = count(kysely.db, { from: "orders", key: "tenant_id" });
      const failed = kysely.db.transaction().execute(async (trx) => {
        await trx
          .insertInto("orders")
          .values({ id: 2000, tenant_id: 77, user_id: 1, status: "open", total: 1 })
          .execute();
        expect(
          await Promise.all([
            orders.load(77, { db: trx }),
            orders.load(78, { db: trx }),
            orders.load(77),
            orders.load(78),
          ]),
        ).toEqual([1, 0, 0, 0]);
        throw new Error("roll back");
      });
      await expect(failed).rejects.toThrow("roll back");
      expect(await orders.load(77)).toBe(0);
    });

    test("can have relations of their own", async () => {
      await kysely.db.transaction().execute(async (trx) => {
        expect(await many(trx, { from: "orders", key: "user_id" }).loadMany([1, 20])).toMatchObject(
          [[{ id: 1 }], []],
        );
      });
    });
  });

  test("plugins of Kysely see the query and the rows", async () => {
    const camel = kysely.db.withPlugin(new CamelCasePlugin()) as unknown as Kysely<{
      orders: { id: number; userId: number; tenantId: number };
    }>;
    const orders = many(camel, {
      from: "orders",
      key: "userId",
      query: (q) => q.select(["id", "tenantId"]).orderBy("id").limit(1),
    });
    expect(await orders.loadMany([2, 3])).toEqual([
      [{ id: 2, tenantId: 1 }],
      [{ id: 4, tenantId: 1 }],
    ]);
    const all = many(camel, { from: "orders", key: "userId", query: (q) => q.select("tenantId") });
    expect(await all.loadMany([1, 20])).toEqual([[{ tenantId: 1 }], []]);
  });

  test("relations that load from each other come to an end (graphql-java #1078)", async () => {
    const manager = one(kysely.db, {
      from: "users",
      key: "id",
      query: (q) => q.select(["id", "manager_id"]),
    });
    const orders = count(kysely.db, { from: "orders", key: "user_id" });
    const chain = async (user: number): Promise<number> => {
      const found = await manager.load(user);
      const of = await orders.load(user);
      return of + (found?.manager_id == null ? 0 : await chain(found.manager_id));
    };
    // Each has its own orders and the one of the manager of all.
    expect(await Promise.all([3, 5, 1, 7].map(chain))).toEqual([4, 6, 1, 8]);
    expect(kysely.sent().length).toBe(4);
  });

  test("callers out of step meet: one statement is under way, and the next gathers (dataloader #276)", async () => {
    const orders = count(kysely.db, { from: "orders", key: "user_id" });
    // Each asks when it has read something of its own, whenever that is.
    await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        await sql`select ${index}`.execute(kysely.db);
        await orders.load(index % 20);
      }),
    );
    const batches = kysely.sent().filter((text) => text.includes("count("));
    expect(batches.length).toBeLessThanOrEqual(20);
  });
});
