/** What users of other batchers met, whose batches match rows to callers by value: here a row belongs to a place. */
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AnyDatabase, kyselyOn } from "./testing/kysely-on.ts";
import { type CoalescingKysely, withCoalescing } from "./with-coalescing.ts";

let database: TestDatabase;
let plain: Kysely<AnyDatabase>;
let db: CoalescingKysely<AnyDatabase>;

const UUID = "0a1b2c3d-4e5f-4a6b-8c7d-0123456789ab";

beforeAll(async () => {
  database = await startPostgres();
  plain = kyselyOn.postgres(database.url);
  await sql`create collation caseless
    (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`.execute(plain);
  await sql`create table things (
    b int, a uuid, email text collate caseless, at timestamptz, price numeric(20, 6))`.execute(
    plain,
  );
  await sql`insert into things values
    (1, ${UUID}, 'Ann@Example.org', '2024-03-01T12:00:00.123456Z', 1.100000),
    (2, '11111111-1111-4111-8111-111111111111', 'bob@example.org', '2024-03-02T00:00:00Z', 2.5)`.execute(
    plain,
  );
  db = withCoalescing(plain);
});
afterAll(async () => {
  await db?.destroy();
  await database?.close();
});

/** Numbers of the rows that each of the callers gets; they were one statement. */
async function foundBy(column: string, values: readonly unknown[]): Promise<unknown[][]> {
  const before = db.coalescing.report();
  const results = await Promise.all(
    values.map((value) => db.selectFrom("things").select("b").where(column, "=", value).execute()),
  );
  const after = db.coalescing.report();
  expect(after.statements - before.statements).toBe(1);
  return results.map((rows) => rows.map((row) => row["b"]));
}

test("Prisma #25484: a UUID in upper case finds its row", async () => {
  expect(await foundBy("a", [UUID.toUpperCase(), UUID, UUID.replaceAll("-", "")])).toEqual([
    [1],
    [1],
    [1],
  ]);
});

test("Prisma #13534: text that does not tell upper from lower case, as citext", async () => {
  expect(await foundBy("email", ["ANN@EXAMPLE.ORG", "ann@example.org", "BOB@example.org"])).toEqual(
    [[1], [1], [2]],
  );
});

test("Prisma #14954: a time finds its row, however it is written", async () => {
  expect(
    await foundBy("at", [
      new Date("2024-03-02T00:00:00Z"),
      "2024-03-02 01:00:00+01",
      "2024-03-01T12:00:00.123456Z",
      // JavaScript has milliseconds: this is another time.
      new Date("2024-03-01T12:00:00.123Z"),
    ]),
  ).toEqual([[2], [2], [1], []]);
});

test("Prisma #16267: the order of keys is that of the columns", async () => {
  const columns = ["price", "b", "at", "a"];
  const rows = await Promise.all(
    [1, 2].map((b) =>
      db.selectFrom("things").select(columns).where("b", "=", b).executeTakeFirstOrThrow(),
    ),
  );
  expect(rows.map((row) => Object.keys(row))).toEqual([columns, columns]);
  const whole = await Promise.all(
    [1, 2].map((b) => db.selectFrom("things").selectAll().where("b", "=", b).executeTakeFirst()),
  );
  expect(Object.keys(whole[0] ?? {})).toEqual(["b", "a", "email", "at", "price"]);
});

test("Prisma #25662: a decimal finds its row, whatever its scale", async () => {
  expect(await foundBy("price", ["1.1", "1.100", 1.1, 2.5, "2.50", "02.500000"])).toEqual([
    [1],
    [1],
    [1],
    [2],
    [2],
    [2],
  ]);
});
