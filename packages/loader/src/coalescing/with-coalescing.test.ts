import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { Kysely, PostgresDialect, sql } from "kysely";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CoalescingKysely, withCoalescing } from "./with-coalescing.ts";

interface Database {
  users: { id: number; name: string | null };
  orders: { id: number; user_id: number; total: string };
}

let database: TestDatabase;
let plain: Kysely<Database>;
let db: CoalescingKysely<Database>;

beforeAll(async () => {
  database = await startPostgres();
  plain = new Kysely<Database>({
    dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: database.url, max: 5 }) }),
  });
  await sql`create table users (id int primary key, name text)`.execute(plain);
  await sql`insert into users select g, 'user ' || g from generate_series(1, 1000) g`.execute(
    plain,
  );
  await sql`create table orders (id int primary key, user_id int, total numeric(10, 2))`.execute(
    plain,
  );
  await sql`insert into orders select g, g % 100, g from generate_series(1, 5000) g`.execute(plain);
  db = withCoalescing(plain);
});
afterAll(async () => {
  await db?.destroy();
  await database?.close();
});

test("a thousand point queries become one statement", async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => index + 1);
  const users = await Promise.all(
    ids.map((id) => db.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst()),
  );
  expect(users).toEqual(ids.map((id) => ({ id, name: `user ${id}` })));
  const [shape] = db.coalescing.report().shapes;
  expect(shape).toMatchObject({ calls: 1000, statements: 1, notMerged: undefined });
});

test("each caller gets its own rows, ordered and limited", async () => {
  const query = (of: Kysely<Database>, user: number) =>
    of
      .selectFrom("orders")
      .select(["id", "total"])
      .where("user_id", "=", user)
      .orderBy("id", "desc")
      .limit(3)
      .execute();
  const users = [1, 2, 3, 1000, 4];
  const expected = await Promise.all(users.map((user) => query(plain, user)));
  expect(await Promise.all(users.map((user) => query(db, user)))).toEqual(expected);
});

test("a transaction reads its own writes", async () => {
  await db.transaction().execute(async (trx) => {
    await trx.insertInto("users").values({ id: 5000, name: "new" }).execute();
    const [found, other] = await Promise.all([
      trx.selectFrom("users").selectAll().where("id", "=", 5000).executeTakeFirst(),
      trx.selectFrom("users").selectAll().where("id", "=", 1).executeTakeFirst(),
    ]);
    expect(found?.name).toBe("new");
    expect(other?.name).toBe("user 1");
  });
});
