/** Whole numbers as keys: one statement for a thousand calls, with the rows that each would have got by itself. */
import { DIALECTS, type TestDatabase } from "@dbadvise/testkit";
import { type Kysely, sql } from "kysely";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AnyDatabase, kyselyOn } from "../testing/kysely-on.ts";
import { resultText } from "../testing/result-text.ts";
import { type CoalescingKysely, withCoalescing } from "../with-coalescing.ts";

type Db = Kysely<AnyDatabase>;

const LARGEST = 2n ** 63n - 1n;
const LARGEST_UNSIGNED = 2n ** 64n - 1n;

describe.each(DIALECTS.filter(({ name }) => name !== "postgres"))("$name", ({ name, start }) => {
  let database: TestDatabase;
  let plain: Db;
  let db: CoalescingKysely<AnyDatabase>;
  const sent: string[] = [];

  beforeAll(async () => {
    database = await start();
    plain = kyselyOn[name](database.url, 3, ({ query }) => sent.push(query.sql));
    await sql`create table numbers (
      id int primary key, tiny tinyint, flag boolean, small smallint unsigned, filled int(8) zerofill,
      large bigint, huge bigint unsigned, twice int as (id * 2) stored, thrice int as (id * 3) virtual,
      price decimal(10, 2), digits varchar(20), made year, mood enum('sad', 'ok'), tags set('x', 'y'),
      at datetime(3) default '2024-05-06 07:08:09.012', doc json, bits bit(8), bytes binary(3),
      key (large), key (huge), key (filled)) character set utf8mb4`.execute(plain);
    await sql`insert into numbers
      (id, tiny, flag, small, filled, large, huge, price, digits, made, mood, tags, doc, bits, bytes) values
      (1, -128, true, 65535, 42, ${LARGEST}, ${LARGEST_UNSIGNED}, 1.50, '1', 1999, 'ok', 'x,y', '{"a": 1}', b'101', 'ab'),
      (2, 127, false, 0, 42, ${-LARGEST - 1n}, ${LARGEST}, 2, '01', 2000, 'sad', '', '[1]', b'1', x'00ff00'),
      (3, 0, null, null, null, 9007199254740993, 9007199254740993, 3, '1.0', 2024, null, null, null, null, null),
      (4, 0, null, 7, 0, 9007199254740992, 9007199254740992, 4, '1e0', null, null, null, null, null, null)
    `.execute(plain);
  });
  beforeEach(() => {
    db = withCoalescing(plain);
    sent.length = 0;
  });
  afterAll(async () => {
    await plain?.destroy();
    await database?.close();
  });

  const where = (on: Db, column: string, value: unknown) =>
    on.selectFrom("numbers").selectAll().where(column, "=", value).execute();
  const joins = () => sent.filter((text) => /^select .*json_table\(/.test(text)).length;
  const unions = () => sent.filter((text) => /^\(select .* union all /.test(text)).length;

  /** One statement was sent for all calls, and none again. */
  function expectOne(form: "join" | "union"): void {
    expect({ joins: joins(), unions: unions() }).toEqual({
      joins: form === "join" ? 1 : 0,
      unions: form === "union" ? 1 : 0,
    });
    expect(db.coalescing.report().statements).toBe(1);
  }

  /** The merged results are the unmerged ones, types and order of columns included. */
  async function expectSame<Row>(
    run: (on: Db, value: unknown) => Promise<Row[]>,
    values: readonly unknown[],
  ): Promise<Row[][]> {
    const expected = await Promise.all(values.map((value) => run(plain, value)));
    const actual = await Promise.all(values.map((value) => run(db, value)));
    expect(actual.map(resultText)).toEqual(expected.map(resultText));
    return actual;
  }

  test("a thousand point queries are one statement", async () => {
    await sql`create table users (id int primary key, name varchar(40))`.execute(plain);
    const ids = Array.from({ length: 1000 }, (_, id) => id);
    await plain
      .insertInto("users")
      .values(ids.map((id) => ({ id, name: `user ${id}` })))
      .execute();
    const users = await Promise.all(
      ids.map((id) => db.selectFrom("users").selectAll().where("id", "=", id).executeTakeFirst()),
    );
    expect(users).toEqual(ids.map((id) => ({ id, name: `user ${id}` })));
    expect(db.coalescing.report()).toMatchObject({ calls: 1000, statements: 1 });
  });

  test.each([
    ["id", [1, 2n, 3, -1, -0, 2 ** 40, null]],
    ["tiny", [-128, 127, 0, 300, -129n, LARGEST, null]],
    ["flag", [1, 0, 2]],
    ["small", [65_535, 0, 65_536, 7n]],
    ["filled", [42, 0, 42n, 43]],
    ["large", [LARGEST, -LARGEST - 1n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 53n + 2n, 1]],
    ["huge", [LARGEST_UNSIGNED, LARGEST_UNSIGNED - 1n, LARGEST, 2n ** 53n, 2n ** 53n + 1n, 0]],
    ["twice", [2, 4, 5]],
    ["thrice", [3, 6, 5]],
  ])("column %s is joined: %s", async (column, values) => {
    const rows = await expectSame((on, value) => where(on, column, value), values);
    expect(rows.flat().length).toBeGreaterThan(0);
    expectOne("join");
  });

  test.each([
    ["id", [1, "2", 3]],
    ["id", [1, "2x", 3]],
    ["id", [1, 2.5, 3]],
    ["id", [1, true, 3]],
    ["id", [1, 2 ** 53, 3]],
    ["large", [1, LARGEST + 1n, LARGEST]],
    ["large", [1, -LARGEST - 2n]],
    ["huge", [1, -1, LARGEST_UNSIGNED]],
    ["huge", [1, -1n, LARGEST_UNSIGNED]],
    ["huge", [1, LARGEST_UNSIGNED + 1n, LARGEST_UNSIGNED]],
  ])("column %s with such a value is a union: %s", async (column, values) => {
    await expectSame((on, value) => where(on, column, value), values);
    expectOne("union");
  });

  test.each([
    ["price", [1.5, 2, 3]],
    ["digits", [1, 2]],
    ["made", [99, 2000, 1999]],
    ["mood", [1, 2]],
    ["tags", [3, 0]],
    ["at", [20_240_506, 20_240_507]],
    ["bits", [5, 1]],
  ])("column %s, which holds no whole numbers, is a union", async (column, values) => {
    await expectSame((on, value) => where(on, column, value), values);
    expectOne("union");
  });

  /** Of the form that is joined, however it is written. */
  const JOINED: Record<string, (on: Db, id: unknown) => Promise<unknown[]>> = {
    "columns by name, one of them twice, and by another name": (on, id) =>
      on
        .selectFrom("numbers as n")
        .select(["n.price", "id", "n.id", "mood as Feeling"])
        .where("n.id", "=", id)
        .execute(),
    "all and a column": (on, id) =>
      on
        .selectFrom("numbers as n")
        .selectAll()
        .select("n.id as again")
        .where("ID", "=", id)
        .execute(),
    "all of the table": (on, id) =>
      on.selectFrom("numbers").selectAll("numbers").where("numbers.id", "=", id).execute(),
    "several keys, and conditions without": (on, id) =>
      on
        .selectFrom("numbers")
        .selectAll()
        .where((eb) => eb.and([eb("twice", "=", Number(id) * 2), eb("id", "=", id)]))
        .where("price", "is not", null)
        .where((eb) => eb.or([eb("filled", "=", eb.lit(42)), eb("id", ">", eb.lit(1))]))
        .execute(),
    "the same column twice": (on, id) =>
      on.selectFrom("numbers").selectAll().where("id", "=", id).where("id", "=", 2).execute(),
  };
  test.each(Object.entries(JOINED))("joined: %s", async (_, run) => {
    await expectSame(run, [2, 1, 3, 9]);
    expectOne("join");
  });

  test("NULL in one of several keys finds nothing", async () => {
    const run = (on: Db, [id, tiny]: readonly unknown[]) =>
      on.selectFrom("numbers").selectAll().where("id", "=", id).where("tiny", "=", tiny).execute();
    const pairs = [
      [1, null],
      [null, 127],
      [3, 0],
    ];
    const results = await Promise.all(pairs.map((pair) => run(db, pair)));
    expect(results.map((rows) => rows.map((row) => row["id"]))).toEqual([[], [], [3]]);
    expectOne("join");
  });

  test("in a schema", async () => {
    const schema = new URL(database.url).pathname.slice(1);
    await expectSame((on, id) => where(on.withSchema(schema), "id", id), [2, 1]);
    expect(joins()).toBe(1);
  });

  /** A step away from that form. */
  const NOT_JOINED: Record<string, (on: Db, id: unknown) => Promise<unknown[]>> = {
    "a key that is compared otherwise": (on, id) =>
      on.selectFrom("numbers").selectAll().where("id", ">", id).execute(),
    "a key in a list": (on, id) =>
      on.selectFrom("numbers").selectAll().where("id", "in", [id, 3]).execute(),
    "a key in an OR": (on, id) =>
      on
        .selectFrom("numbers")
        .selectAll()
        .where((eb) => eb.or([eb("id", "=", id), eb("tiny", "=", 127)]))
        .execute(),
    "a key of an expression": (on, id) =>
      on
        .selectFrom("numbers")
        .selectAll()
        .where((eb) => eb(eb("id", "+", eb.lit(1)), "=", id))
        .execute(),
    "an order": (on, id) =>
      on.selectFrom("numbers").selectAll().where("tiny", "=", id).orderBy("id").execute(),
    "a limit": (on, id) =>
      on.selectFrom("numbers").selectAll().where("id", "=", id).limit(1).execute(),
    distinct: (on, id) =>
      on.selectFrom("numbers").select("tiny").distinct().where("id", "=", id).execute(),
    "a join": (on, id) =>
      on
        .selectFrom("numbers")
        .innerJoin("numbers as other", "other.id", "numbers.id")
        .select("numbers.id")
        .where("numbers.id", "=", id)
        .execute(),
    "two tables": (on, id) =>
      on
        .selectFrom(["numbers", "numbers as other"])
        .select("numbers.id")
        .where("numbers.id", "=", id)
        .execute(),
    "an aggregate": (on, id) =>
      on
        .selectFrom("numbers")
        .select(({ fn }) => fn.countAll().as("n"))
        .where("id", "=", id)
        .execute(),
    "a group": (on, id) =>
      on.selectFrom("numbers").select("tiny").where("id", "=", id).groupBy("tiny").execute(),
    "a subquery": (on, id) =>
      on
        .selectFrom("numbers")
        .select("id")
        .where("id", "=", id)
        .where((eb) => eb.exists(eb.selectFrom("numbers as other").select("other.id")))
        .execute(),
    "a derived table": (on, id) =>
      on
        .selectFrom((eb) => eb.selectFrom("numbers").selectAll().as("n"))
        .selectAll()
        .where("id", "=", id)
        .execute(),
    "a condition that can fail": (on, id) =>
      on
        .selectFrom("numbers")
        .select("id")
        .where("id", "=", id)
        .where((eb) => eb(eb.fn("json_valid", ["digits"]), "=", eb.lit(1)))
        .execute(),
    "a window": (on, id) =>
      on
        .selectFrom("numbers")
        .select(({ fn }) => fn.agg("row_number").over().as("place"))
        .where("id", "=", id)
        .execute(),
  };
  test.each(Object.entries(NOT_JOINED))("not joined: %s", async (_, run) => {
    await expectSame(run, [2, 1, 3]);
    expectOne("union");
  });

  test("a condition that fails for rows of nobody fails no transaction", async () => {
    const run = (on: Db, tiny: number) =>
      on
        .selectFrom("numbers")
        .select("id")
        .where("tiny", "=", tiny)
        .where((eb) => eb(eb("small", "-", eb.lit(1)), ">", eb.lit(0)))
        .execute();
    // Of the row that nobody asks for the condition is below zero, unsigned: out of range.
    await Promise.all([run(db, -128), run(db, 0)]);
    await db.transaction().execute(async (trx) => {
      expect(await Promise.all([run(trx, -128), run(trx, 0)])).toEqual([[{ id: 1 }], [{ id: 4 }]]);
    });
  });

  test("a table with a column of the join's own names is a union", async () => {
    await sql`create table odd (id int primary key, __dbadvise_p0 int, __dbadvise_o int)`.execute(
      plain,
    );
    await sql`insert into odd values (1, 7, 2), (2, 8, 1)`.execute(plain);
    const run = (on: Db, value: unknown) =>
      on.selectFrom("odd").selectAll().where("__dbadvise_p0", "=", value).execute();
    await expectSame(run, [7, 8]);
    expectOne("union");
  });

  test("hundreds of strings are still unions of at most 128", async () => {
    const values = Array.from({ length: 300 }, (_, id) => (id === 299 ? "1" : id));
    await expectSame((on, value) => where(on, "id", value), values);
    expect({ joins: joins(), unions: unions() }).toEqual({ joins: 0, unions: 3 });
  });

  test("another database left behind on a connection: no more merging", async () => {
    const one = kyselyOn[name](database.url, 1);
    const own = withCoalescing(one);
    await Promise.all([where(own, "id", 1), where(own, "id", 2)]);
    await sql.raw(`use \`${new URL(database.url).pathname.slice(1)}\``).execute(own);
    await Promise.all([where(own, "id", 1), where(own, "id", 2)]);
    expect(own.coalescing.report().shapes[0]).toMatchObject({
      calls: 4,
      statements: 3,
      notMerged: expect.stringContaining("use `"),
    });
    await own.destroy();
  });
});
