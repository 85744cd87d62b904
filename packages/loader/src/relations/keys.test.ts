import { DIALECTS } from "@dbadvise/testkit";
import { type RawBuilder, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { count } from "./count.ts";
import { many } from "./many.ts";
import { testKysely, type TestKysely } from "./testing/test-kysely.ts";

interface Database {
  t: { id: number; k: unknown };
}

/** A type, what stands in the table, and the keys that are loaded: other spellings of the same, among others. */
interface KeyCase {
  readonly what: string;
  readonly type: string;
  readonly rows: readonly unknown[];
  readonly keys: readonly unknown[];
  /** How many of the keys have a row, so that the case tests what it says. */
  readonly found: number;
}

const UUID = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11";
const MOMENT = new Date("2024-03-10T01:30:00.123Z");
const BYTES = [Buffer.from([0, 255, 34, 92]), Buffer.from([0, 255, 34])];

const everywhere: readonly KeyCase[] = [
  {
    what: "bigint beyond 2^53 (prisma)",
    type: "bigint",
    rows: ["9007199254740993", "9007199254740992"],
    keys: ["9007199254740993", "9007199254740992", 5, "9007199254740994"],
    found: 2,
  },
  {
    what: "decimals (prisma #25662)",
    type: "decimal(30, 10)",
    rows: ["1.5", "12345678901234567890.0123456789"],
    keys: [
      "1.50",
      1.5,
      "1.500",
      "12345678901234567890.0123456789",
      "12345678901234567890.0123456788",
      "-1.5",
    ],
    found: 4,
  },
  {
    what: "dates",
    type: "date",
    rows: ["2024-02-29", "1999-12-31"],
    keys: ["2024-02-29", "1999-12-31", "2000-01-01"],
    found: 2,
  },
  {
    what: "text in unicode",
    type: "varchar(50)",
    rows: ["Größe", "日本", "😀", "a'b\"c\\d", "", "x\ty"],
    keys: ["Größe", "日本", "😀", "a'b\"c\\d", "", "x\ty", "none"],
    found: 6,
  },
  {
    what: "characters of fixed length",
    type: "char(5)",
    rows: ["ab", "abcde"],
    keys: ["ab", "abcde", "abcdef"],
    found: 2,
  },
  { what: "booleans", type: "boolean", rows: [true], keys: [true, false], found: 1 },
];

const casesOf: Readonly<Record<string, readonly KeyCase[]>> = {
  postgres: [
    ...everywhere,
    {
      what: "UUIDs in upper case (prisma #25484)",
      type: "uuid",
      rows: [UUID],
      keys: [UUID.toUpperCase(), UUID, UUID.replace("a0", "b0")],
      found: 2,
    },
    {
      what: "a collation that ignores case (prisma #13534)",
      type: "text collate ci",
      rows: ["Ada", "GRACE"],
      keys: ["ada", "ADA", "Ada", "grace", "Eve"],
      found: 4,
    },
    {
      what: "moments as dates of JavaScript (prisma #14954)",
      type: "timestamptz(3)",
      rows: [MOMENT],
      keys: [MOMENT, new Date(MOMENT), "2024-03-10 02:30:00.123+01", new Date(0)],
      found: 3,
    },
    {
      what: "moments without a zone",
      type: "timestamp(6)",
      rows: ["2024-03-10 01:30:00.123456"],
      keys: ["2024-03-10 01:30:00.123456", "2024-03-10T01:30:00.123456", "2024-03-10 01:30:00.123"],
      found: 2,
    },
    { what: "bytes", type: "bytea", rows: BYTES, keys: [...BYTES, Buffer.from([1])], found: 2 },
    {
      what: "enumerations",
      type: "mood",
      rows: ["happy", "so 'so'"],
      keys: ["happy", "so 'so'"],
      found: 2,
    },
    { what: "domains", type: "email", rows: ["a@b"], keys: ["a@b", "c@d"], found: 1 },
  ],
  mysql: [
    ...everywhere,
    {
      what: "unsigned bigint",
      type: "bigint unsigned",
      rows: ["18446744073709551615"],
      keys: ["18446744073709551615", 1, "18446744073709551614"],
      found: 1,
    },
    {
      what: "a collation that ignores case and accents (prisma #13534)",
      type: "varchar(20) character set utf8mb4 collate utf8mb4_unicode_ci",
      rows: ["Ada", "GRACE", "Zoë"],
      keys: ["ada", "ADA", "Grace", "zoe", "Eve"],
      found: 4,
    },
    {
      what: "a collation of bytes",
      type: "varchar(20) character set utf8mb4 collate utf8mb4_bin",
      rows: ["Ada"],
      keys: ["ada", "Ada"],
      found: 1,
    },
    {
      what: "another character set",
      type: "varchar(20) character set latin1 collate latin1_swedish_ci",
      rows: ["Zoë", "?"],
      keys: ["zoë", "Zoë", "?", "none"],
      found: 3,
    },
    {
      what: "moments as dates of JavaScript (prisma #14954)",
      type: "datetime(3)",
      rows: [MOMENT],
      keys: [MOMENT, new Date(MOMENT), new Date(0)],
      found: 2,
    },
    {
      what: "timestamps",
      type: "timestamp(3) null",
      rows: [MOMENT],
      keys: [MOMENT, new Date(86_400_000)],
      found: 1,
    },
    {
      what: "bytes",
      type: "varbinary(16)",
      rows: BYTES,
      keys: [...BYTES, Buffer.from([1])],
      found: 2,
    },
    {
      what: "UUIDs as bytes",
      type: "binary(16)",
      rows: [Buffer.from(UUID.replaceAll("-", ""), "hex")],
      keys: [Buffer.from(UUID.replaceAll("-", ""), "hex"), Buffer.alloc(16)],
      found: 1,
    },
    {
      what: "enumerations",
      type: "enum('happy', 'sad')",
      rows: ["happy"],
      keys: ["happy", "HAPPY", "sad"],
      found: 2,
    },
    {
      what: "long text",
      type: "text",
      rows: ["x".repeat(5000), "short"],
      keys: ["x".repeat(5000), "short", "x"],
      found: 2,
    },
    { what: "fractions", type: "double", rows: [0.1], keys: [0.1, 0.2], found: 1 },
  ],
};

const START_MS = 300_000;

describe.each(DIALECTS)("keys on $name", ({ name, start }) => {
  let kysely: TestKysely<Database>;
  beforeAll(async () => {
    kysely = testKysely<Database>(name, await start());
    if (name !== "postgres") return;
    await sql`create collation ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false)`.execute(
      kysely.db,
    );
    await sql`create type mood as enum ('happy', 'so ''so''')`.execute(kysely.db);
    await sql`create domain email as varchar(30) check (value like '%@%')`.execute(kysely.db);
  }, START_MS);
  afterAll(() => kysely?.[Symbol.asyncDispose]());

  const cases = casesOf[name] ?? [
    ...(casesOf["mysql"] ?? []),
    {
      what: "UUIDs in upper case (prisma #25484)",
      type: "uuid",
      rows: [UUID],
      keys: [UUID.toUpperCase(), UUID, UUID.replace("a0", "b0")],
      found: 2,
    },
  ];

  test.each(cases)("find by $what what they find alone", async ({ type, rows, keys, found }) => {
    const { db } = kysely;
    await sql`drop table if exists t`.execute(db);
    await sql`create table t (id int not null, k ${sql.raw(type) satisfies RawBuilder<unknown>})`.execute(
      db,
    );
    await sql`create index t_k on t (${sql.raw(type === "text" && name !== "postgres" ? "k(20)" : "k")})`.execute(
      db,
    );
    // Each value twice, and a row without one.
    const values = [...rows, ...rows, null];
    await db
      .insertInto("t")
      .values(values.map((k, id) => ({ id, k })))
      .execute();

    // Another text for each type: what was learned of a table holds as long as it does.
    const of = sql.lit(type).as("of");
    const alone = await Promise.all(
      keys.map((key) =>
        db.selectFrom("t").select(["id", of]).where("k", "=", key).orderBy("id").execute(),
      ),
    );
    expect(alone.filter((one) => one.length > 0).length).toBe(found);

    const joined = many(db, {
      from: "t",
      key: "k",
      query: (q) => q.select("id").select(of).orderBy("id"),
    });
    expect(await joined.loadMany(keys)).toEqual(alone);
    const plain = many(db, {
      from: "t",
      key: "k",
      query: (q) => q.select("id").where(sql.lit(type), "!=", "").orderBy("id"),
    });
    expect(await plain.loadMany(keys)).toEqual(alone.map((one) => one.map(({ id }) => ({ id }))));
    const limited = many(db, {
      from: "t",
      key: "k",
      query: (q) => q.select(["id", of]).orderBy("id").limit(1),
    });
    expect(await limited.loadMany(keys)).toEqual(alone.map((one) => one.slice(0, 1)));
    const counted = count(db, {
      from: "t",
      key: "k",
      query: (q) => q.where(sql.lit(type), "!=", ""),
    });
    expect(await counted.loadMany(keys)).toEqual(alone.map((one) => one.length));
  });
});
