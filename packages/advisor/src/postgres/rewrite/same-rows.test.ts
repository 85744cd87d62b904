import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Catalog } from "../../catalog/catalog.ts";
import type { QueryReview } from "../../engine.ts";
import type { Query } from "../../workload/workload.ts";
import { postgres } from "../engine.ts";
import { reviewQuery } from "./review-query.ts";
import { MOMENTS, NUMBERS, seeded, WORDS } from "../../rewrite/testing/random-rows.ts";

// Each rewrite is run beside the text it was made of, on a real server, over rows and values at every kind of boundary.
const SEED = 20_260_301;
const ZONES = ["UTC", "America/St_Johns", "Pacific/Apia", "Europe/Berlin", "Asia/Kathmandu"];
const COMBINATIONS = 200;

let database: TestDatabase;
let client: pg.Client;
let catalog: Catalog;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    create table t (id int primary key, at timestamp, at3 timestamp(3), "On" date, tz timestamptz,
      n int, s smallint, b bigint, txt text, v varchar(4), flag boolean, exact text collate "C")`);
  const pick = seeded(SEED);
  for (let id = 1; id <= 400; id++) {
    const moment = pick(MOMENTS);
    // Rounded to milliseconds the last moment is beyond what a timestamp can hold.
    const coarse = moment?.startsWith("294276") === true ? "294276-12-31" : moment;
    await client.query(
      "insert into t values ($1, $2, $3, $4, $5, $6, $7, $8, $9, left($10, 4), $11)",
      [
        id,
        moment,
        coarse,
        pick(MOMENTS)?.replace(/ \d\d:[\d:.]+/, "") ?? null,
        moment?.startsWith("294276") === true ? null : moment,
        pick(NUMBERS),
        pick(NUMBERS),
        pick([...NUMBERS, null, 9_007_199_254_740]),
        pick(WORDS),
        pick(WORDS),
        pick([true, false, null]),
      ],
    );
  }
  const session = await postgres.connect(database.url);
  catalog = (await postgres.capture(session, { values: true, workload: false, node: "test" }))
    .catalog;
  await session.close();
});

afterAll(async () => {
  await client?.end();
  await database?.close();
});

async function shapeOf(sql: string): Promise<Query> {
  const parsed = await postgres.parse(sql);
  if (parsed.kind !== "query") throw new Error(`not a query: ${sql}`);
  return {
    fingerprint: parsed.fingerprint,
    sql: parsed.normalized,
    calls: 1,
    totalMs: undefined,
    rows: undefined,
    samples: [{ sql, durationMs: undefined }],
    sources: ["test"],
    callSites: [],
    statement: parsed.describe(catalog),
  };
}

const reviewed = new Map<string, QueryReview>();

async function onlyReview(sql: string): Promise<QueryReview> {
  const known = reviewed.get(sql);
  if (known !== undefined) return known;
  const reviews = await reviewQuery(await shapeOf(sql), catalog);
  const [review] = reviews.filter(({ kind }) => kind === "non-sargable-predicate");
  if (review === undefined) throw new Error(`no review of ${sql}`);
  reviewed.set(sql, review);
  return review;
}

async function ids(sql: string): Promise<string | null> {
  try {
    const { rows } = await client.query<{ id: number }>(sql);
    return rows
      .map(({ id }) => id)
      .toSorted((a, b) => a - b)
      .join(" ");
  } catch {
    return null;
  }
}

interface Rule {
  readonly name: string;
  /** `?` is the value. */
  readonly texts: readonly string[];
  readonly values: readonly string[];
  /** Values for which the rewrite may fail; if it answers, it is the same. */
  readonly extremes?: readonly string[];
}

const DAYS = [
  "'2026-01-01'",
  "'2024-02-29'",
  "'2024-02-28'",
  "'infinity'",
  "'-infinity'",
  "'0001-12-31 BC'",
  "'2010-11-07'",
  "'2011-12-30'",
  "'1999-12-31'",
  "date '2000-01-01'",
  "'2026-12-31'::date",
  "null::date",
  "current_date",
  "'4713-01-01 BC'",
];

const RULES: readonly Rule[] = [
  {
    name: "day of a timestamp",
    texts: [
      "select id from t where date(at) = ?",
      "select id from t x where x.at::date = ? and n is not null",
      "select id from t where cast(at3 as date) < ?",
      "select id from t where at::date <= ?",
      "select id from t where (date(at3)) > ? and id > 3",
      "select id from t where at::date >= ?",
      "select id from t where ? = at::date",
      "select id from t where at::date between ? and '2026-01-01'",
      "select id from t where at::date between '2000-01-01' and ? and n = 1",
    ],
    values: DAYS,
    extremes: ["'294277-01-01'", "'5874897-12-31'"],
  },
  {
    name: "truncated timestamp",
    texts: ["second", "minute", "hour", "day", "week", "month", "quarter", "year"].map(
      (unit) => `select id from t where date_trunc('${unit}', at) = ?`,
    ),
    values: [
      "'2026-01-01'",
      "'2024-02-29 00:00'",
      "'2024-02-01'",
      "'infinity'",
      "'-infinity'",
      "'2010-11-01'",
      "'2026-12-28'",
      "'2026-01-01 12:34:56.5'",
      "'1999-10-01'",
      "null::timestamp",
      "date '2024-01-01'",
      "'0001-01-01 BC'",
      "'2026-01-01 12:00'",
    ],
    extremes: ["'294276-12-31'", "'294276-01-01'"],
  },
  {
    name: "year",
    texts: [
      "select id from t where extract(year from at) = ?",
      "select id from t where date_part('year', \"On\") = ?",
      "select id from t where ? = extract(year from at3) and n > 0",
    ],
    values: [
      "2026",
      "2024",
      "1999",
      "2000",
      "2010",
      "1",
      "-2",
      "-4713",
      "294276",
      "1900",
      "2027",
      "2011",
      "3000",
      "2023",
    ],
    extremes: ["0", "-1", "2147483647", "5874897", "300000"],
  },
  {
    name: "integer arithmetic",
    texts: [
      "select id from t where n + 1 = ?",
      "select id from t where s - 100 < ?",
      "select id from t where 5 + b >= ?",
      "select id from t where n - -1 <= ? and id > 2",
      "select id from t where b + 3000000000 > ?",
      "select id from t where s + 1 = ?",
    ],
    values: [
      "0",
      "1",
      "2",
      "-1",
      "6",
      "100",
      "-100",
      "32767",
      "'5'",
      "2147483647",
      "-2147483648",
      "3000000001",
      "null::int",
    ],
    extremes: ["'9223372036854775807'", "'-9223372036854775807'"],
  },
  {
    name: "coalesced column",
    texts: [
      "select id from t where coalesce(n, 0) = ?",
      "select id from t where coalesce(s, 5) = ? and id > 1",
      "select id from t where ? = coalesce(b, 100)",
    ],
    values: [
      "0",
      "1",
      "5",
      "100",
      "-1",
      "12345",
      "'7'",
      "null::int",
      "99",
      "2147483647",
      "-100",
      "101",
      "6",
      "4",
    ],
  },
  {
    name: "coalesced text",
    texts: [
      "select id from t where coalesce(txt, 'none') = ?",
      "select id from t where coalesce(v, '') = ?",
      "select id from t where coalesce(txt, 'a') = ?",
    ],
    values: [
      "''",
      "'none'",
      "'a'",
      "'A'",
      "'abc'",
      "'abcd'",
      "'a '",
      "' a'",
      "'ß'",
      "'ss'",
      "null::text",
      "'abcde'",
      "'%a'",
      "'é'",
    ],
  },
  {
    name: "numeric comparison",
    texts: [
      "select id from t where n = ?",
      "select id from t where b = ? and id > 4",
      "select id from t where ? = s",
    ],
    values: [
      "5.0",
      "5.5",
      "0.0",
      "-1.0",
      "100.000",
      "4.9999999999999999999",
      "1e2",
      "7::numeric",
      "'6.5'::numeric",
      "null::numeric",
      "12345.0",
      "99::numeric",
      "2147483648.0",
      "1.0",
    ],
    extremes: ["'NaN'::numeric", "'infinity'::numeric", "1e30"],
  },
];

/** Texts whose rows differ, over all zones; and how many were compared. */
async function differences(
  rule: Rule,
  spoil: (sql: string) => string = (sql) => sql,
): Promise<{ compared: number; failed: readonly string[]; different: readonly string[] }> {
  const failed: string[] = [];
  const different: string[] = [];
  let compared = 0;
  for (const zone of ZONES) {
    await client.query(`set timezone = '${zone}'`);
    for (const text of rule.texts) {
      for (const value of [...rule.values, ...(rule.extremes ?? [])]) {
        const sql = text.replace("?", value);
        const [pair] = (await onlyReview(sql)).rewrite?.samples ?? [];
        if (pair === undefined) throw new Error(`not rewritten: ${sql}`);
        const rows = await ids(sql);
        // A row that makes the text fail keeps it from any answer.
        if (rows === null) continue;
        const others = await ids(spoil(pair.after.sql));
        compared++;
        const extreme = rule.extremes?.includes(value) === true;
        if (others === null && !extreme) failed.push(pair.after.sql);
        if (others !== null && others !== rows) different.push(`${zone}: ${pair.after.sql}`);
      }
    }
  }
  return { compared, failed, different };
}

describe("a rewritten condition holds for the same rows", () => {
  it.each(RULES)("$name", { timeout: 120_000 }, async (rule) => {
    const { compared, failed, different } = await differences(rule);
    expect(failed, `seed ${SEED}`).toEqual([]);
    expect(different, `seed ${SEED}`).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(COMBINATIONS);
  });
});

/** Rewrites that look right and are not: if the rows above could not tell, they would prove nothing. */
const WRONG: Readonly<Record<string, (sql: string) => string>> = {
  "day of a timestamp": (sql) => sql.replaceAll(/<= (.*?) \+ time '23:59:59.999999'/g, "< $1 + 1"),
  "truncated timestamp": (sql) => sql.replace(/ AND date_trunc\(.*$/, ""),
  year: (sql) => sql.replace(/ < make_date/, " <= make_date"),
  "integer arithmetic": (sql) => sql.replaceAll("::bigint", "::smallint"),
  "coalesced column": (sql) => sql.replace(/ IS NULL AND .*? = .*?\)\)/, " IS NULL))"),
  "coalesced text": (sql) => sql.replace(/ OR \(.*?\)/, ""),
  "numeric comparison": (sql) =>
    sql.replace(/trunc\((.*?)\)::bigint AND .*? = trunc\(.*?\)/, "$1::bigint"),
};

describe("a wrong rewrite is found out", () => {
  it.each(RULES)("$name", { timeout: 120_000 }, async (rule) => {
    const spoil = WRONG[rule.name] ?? ((sql: string) => sql);
    const { failed, different } = await differences(rule, spoil);
    expect(failed.length + different.length).toBeGreaterThan(0);
  });

  it("the day of a timestamp with time zone is no range of it everywhere, and is not offered as one", async () => {
    // In St. John's the clocks went back at one minute past midnight: that minute's day began twice.
    await client.query("set timezone = 'America/St_Johns'");
    await client.query("insert into t (id, tz) values (1001, '2010-11-07 02:30:30+00')");
    const sql = "select id from t where tz::date = '2010-11-07'";
    const review = await onlyReview(sql);
    expect(review.same).toBe(false);
    const rows = await ids(sql);
    const others = await ids(review.rewrite?.samples[0]?.after.sql ?? "");
    expect(rows?.split(" ")).toContain("1001");
    expect(others?.split(" ")).not.toContain("1001");
    // In Apia the thirtieth of December 2011 was left out.
    await client.query("set timezone = 'Pacific/Apia'");
    await client.query("insert into t (id, tz) values (1002, '2011-12-31 12:00')");
    const skipped = "select id from t where tz::date = '2011-12-30'";
    expect(await ids(skipped)).toBe("");
    expect(await ids((await onlyReview(skipped)).rewrite?.samples[0]?.after.sql ?? "")).toContain(
      "1002",
    );
  });
});

describe("the shape, with its parameters bound as text", () => {
  it.each([
    [
      "select id from t where date(at) = $1",
      [["2026-01-01"], ["infinity"], [null], ["2024-02-29"]],
    ],
    [
      "select id from t where at::date between $1 and $2",
      [
        ["2000-01-01", "infinity"],
        ["2024-02-29", "2024-02-29"],
      ],
    ],
    [
      "select id from t where n + $1 = $2",
      [
        ["1", "6"],
        ["-1", "0"],
        ["2", null],
        ["0", "100"],
      ],
    ],
    [
      "select id from t where b - $1 < $2",
      [
        ["5", "100"],
        ["-1", "3000000000"],
      ],
    ],
    [
      "select id from t where coalesce(n, $1) = $2",
      [
        ["0", "0"],
        ["0", "5"],
        [null, "5"],
        ["5", null],
      ],
    ],
    [
      "select id from t where coalesce(txt, $1) = $2",
      [
        ["none", "none"],
        ["", "a"],
        [null, "a"],
      ],
    ],
    ["select id from t where n = $1::numeric", [["5.0"], ["5.5"], [null], ["-1"]]],
  ] as const)("%s", async (sql, bound) => {
    const query = { ...(await shapeOf(sql)), samples: [] };
    expect(query.sql).toBe(sql);
    const [review] = await reviewQuery(query, catalog);
    expect(review?.same).toBe(true);
    for (const parameters of bound) {
      const [before, after] = [sql, review?.rewrite?.sql ?? ""].map(async (text) => {
        const { rows } = await client.query<{ id: number }>(text, [...parameters]);
        return rows.map(({ id }) => id).toSorted((a, b) => a - b);
      });
      expect(await after).toEqual(await before);
    }
  });

  it.each([
    "select id from t where date_trunc($1, at) = $2",
    "select id from t where left(txt, $1) = $2",
    "select id from t where coalesce(exact, $1) = $2",
    "select id from t where n * $1 = $2",
    "select id from t where n::text = $1",
    "select id from t where txt || $1 = $2",
    "select id from t where date(at) = $1 or id = $2",
    "select id from t where not date(at) = $1",
    "select id from t where date(at) <> $1",
    "select id from t where date(at) = $1::timestamp",
    "select id from t where n + s = $1",
    "select id from t where n = $1::float8",
    "with t as (select now()::timestamp as at) select 1 from t where date(at) = $1",
    "select id from t where date(at + interval '1 hour') = $1",
  ])("is not rewritten: %s", async (sql) => {
    expect(await reviewQuery({ ...(await shapeOf(sql)), samples: [] }, catalog)).toEqual([]);
  });
});
