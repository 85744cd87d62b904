import { startPostgres } from "@dbadvise/testkit";
import { sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { many } from "./many.ts";
import { testKysely, type TestKysely } from "./testing/test-kysely.ts";

interface Database {
  items: { id: number; owner: number };
  pg_stat_activity: { query: string; state: string };
}

let kysely: TestKysely<Database>;

beforeAll(async () => {
  kysely = testKysely<Database>("postgres", await startPostgres());
  await sql`create table items (id int primary key, owner int not null)`.execute(kysely.db);
  await sql`insert into items select g, g % 10 from generate_series(1, 100) g`.execute(kysely.db);
});
afterAll(() => kysely?.[Symbol.asyncDispose]());

/** Takes `seconds` for each key. */
const slow = (seconds: number) =>
  many(kysely.db, {
    from: "items",
    key: "owner",
    query: (q) => q.select([sql`pg_sleep(${seconds})`.as("slept")]).limit(1),
  });

async function sleepers(): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from pg_stat_activity where state = 'active' and query like '%pg_sleep%' and pid <> pg_backend_pid()
  `.execute(kysely.db);
  return rows[0]?.n ?? 0;
}

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
};

test("a load is rejected with its signal's reason, the others get their rows", async () => {
  const items = slow(0.2);
  const controller = new AbortController();
  const gone = items.load(1, { signal: controller.signal });
  const stays = items.load(2);
  await until(async () => (await sleepers()) === 1);
  controller.abort(new Error("left"));
  await expect(gone).rejects.toThrow("left");
  expect(await stays).toHaveLength(1);
});

test("a statement is cancelled when all who wait for it are gone", async () => {
  const items = slow(30);
  const controllers = [1, 2].map(() => new AbortController());
  const loads = controllers.map(({ signal }, index) => items.load(index + 1, { signal }));
  await until(async () => (await sleepers()) === 1);
  controllers[0]?.abort(new Error("first left"));
  await expect(loads[0]).rejects.toThrow("first left");
  expect(await sleepers()).toBe(1);
  controllers[1]?.abort(new Error("second left"));
  await expect(loads[1]).rejects.toThrow("second left");
  await until(async () => (await sleepers()) === 0);
});

test("a key that everybody left before it was sent is not sent, and can be loaded anew", async () => {
  const items = many(kysely.db, { from: "items", key: "owner" });
  const controller = new AbortController();
  const gone = items.load(1, { signal: controller.signal });
  controller.abort(new Error("left"));
  const [left, again] = await Promise.allSettled([gone, items.load(1)]);
  expect(left).toMatchObject({ status: "rejected", reason: { message: "left" } });
  expect(again).toMatchObject({ status: "fulfilled", value: { length: 10 } });
  await expect(items.load(1, { signal: controller.signal })).rejects.toThrow("left");
});

test("a bad key fails alone, outside of transactions", async () => {
  const items = many(kysely.db, {
    from: "items",
    key: "owner",
    query: (q) => q.select("id").orderBy("id").limit(1),
  });
  const loads = ["1", "x", "3", "y", "5"].map((key) => items.load(key as never));
  expect((await Promise.allSettled(loads)).map(({ status }) => status)).toEqual([
    "fulfilled",
    "rejected",
    "fulfilled",
    "rejected",
    "fulfilled",
  ]);
  expect(await loads[2]).toEqual([{ id: 3 }]);
  await expect(loads[1]).rejects.toMatchObject({ code: "22P02" });
});
