import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Catalog } from "../../catalog/catalog.ts";
import type { QueryReview } from "../../engine.ts";
import { NUMBERS, seeded, WORDS } from "../../rewrite/testing/random-rows.ts";
import type { Query } from "../../workload/workload.ts";
import { capture } from "../capture/capture.ts";
import { connect } from "../connect.ts";
import { parse } from "../parse.ts";
import { reviewQuery } from "./review-query.ts";

// Each rewrite is run beside the text it was made of, on real servers, over rows and values at every kind of boundary.
const SEED = 20_261_123;

const MOMENTS = [
  null,
  "0000-00-00 00:00:00",
  "1000-01-01 00:00:00",
  "1969-12-31 23:59:59.999999",
  "1999-12-31 23:59:59.999999",
  "2000-01-01 00:00:00",
  "2024-02-29 00:00:00",
  "2024-02-29 23:59:59.5",
  "2024-03-01 00:00:00",
  "2026-01-01 00:00:00",
  "2026-01-01 00:00:00.000001",
  "2026-01-31 23:59:59.499999",
  "2026-02-01 00:00:00",
  "2026-12-31 23:59:59.499999",
  "2027-01-01 00:00:00",
  "9998-12-31 23:59:59",
  "9999-12-31 23:59:59",
] as const;
const LETTERS = [
  ...WORDS,
  "Ⱥ",
  "ⱥ",
  "ı",
  "I",
  "i",
  "\u212a",
  "k",
  "K",
  "Å",
  "å",
  "Straße",
  "STRASSE",
];

interface Rule {
  readonly name: string;
  /** `?` is the value. */
  readonly texts: readonly string[];
  readonly values: readonly string[];
  /** Texts for which the rewrite finds zero dates that the server's `sql_mode` kept from them, as its reason says. */
  readonly butZeroDates?: RegExp;
  /** With these no rewrite is said to give the same rows. */
  readonly refused: readonly string[];
  /** A rewrite that looks right and is not: if the rows could not tell, they would prove nothing. */
  readonly wrong: (sql: string) => string;
}

const DAYS = [
  "'2026-01-01'",
  "'2024-02-29'",
  "'2024-02-28'",
  "'1999-12-31'",
  "date '2000-01-01'",
  "'2026-12-31 00:00:00'",
  "'1000-01-01'",
  "'9999-12-30'",
  "'2026-01-31 00:00:00.000'",
  "curdate()",
];
const WHOLE = ["0", "1", "2", "-1", "6", "100", "-100", "65535", "2147483647", "-2147483648", "99"];

const RULES: readonly Rule[] = [
  {
    name: "day of a datetime",
    texts: [
      "select id from t where date(at) = ?",
      "select id from t x where cast(x.at6 as date) = ? and n is not null",
      "select id from t where cast(at as date) < ?",
      "select id from t where date(at6) <= ?",
      "select id from t where (date(at)) > ? and id > 3",
      "select id from t where date(at) >= ?",
      "select id from t where ? = date(at)",
      "select id from t where date(d) = ?",
      "select id from t where date(at6) between '2000-01-01' and ? and id > 5",
    ],
    values: DAYS,
    butZeroDates: / < \?| <= \?/,
    refused: [
      "'2026-01-01 12:00'",
      "'0000-00-00'",
      "'9999-12-31'",
      "20260101",
      "'2026-02-30'",
      "n",
      "'26-01-01'",
    ],
    wrong: (sql) => sql.replace(/ \+ INTERVAL 1 DAY/, "").replace(/ < (?!=)/, " <= "),
  },
  {
    name: "month of a date",
    texts: [
      "select id from t where date_format(at, '%Y-%m') = ?",
      "select id from t where ? = date_format(d, '%Y-%m') and id > 1",
      "select id from t where date_format(at6, '%Y-%m') = ?",
    ],
    values: [
      "'2026-01'",
      "'2024-02'",
      "'2024-03'",
      "'2026-12'",
      "'1999-12'",
      "'1000-01'",
      "'9998-12'",
      "'2027-01'",
      "'1969-12'",
    ],
    refused: ["'2026-1'", "'9999-12'", "'2026-13'", "202601", "'0000-00'"],
    wrong: (sql) => sql.replace("1 MONTH", "30 DAY"),
  },
  {
    name: "year of a date",
    texts: ["=", "<", "<=", ">", ">="].flatMap((operator) => [
      `select id from t where year(at) ${operator} ?`,
      `select id from t where extract(year from d) ${operator} ? and id > 1`,
      `select id from t where year(at6) ${operator} ?`,
    ]),
    values: ["2026", "2024", "1999", "2000", "1000", "9998", "'2026'", "2027", "1969"],
    refused: ["26", "9999", "0", "2026.5", "10000"],
    wrong: (sql) => sql.replace(/'-01-01'\)(?=[^']*$)/, "'-01-02')"),
  },
  {
    name: "whole numbers",
    texts: [
      "select id from t where n + 1 = ?",
      "select id from t where s - 100 < ?",
      "select id from t where 5 + b >= ?",
      "select id from t where n - -1 <= ? and id > 2",
      "select id from t where b + 3000000000 > ?",
      "select id from t where u + 1 = ?",
    ],
    values: WHOLE,
    refused: ["1.5", "'5'", "s"],
    wrong: (sql) => sql.replace(/(\?|\d) - /, "$1 + "),
  },
  {
    name: "replaced NULL",
    texts: [
      "select id from t where ifnull(n, 0) = ?",
      "select id from t where coalesce(s, 5) = ? and id > 1",
      "select id from t where ? = ifnull(b, 100)",
      "select id from t where ifnull(u, -1) = ?",
    ],
    values: WHOLE,
    refused: ["'0'", "0.5", "null"],
    wrong: (sql) => sql.replace(/ OR \(.*?\)/, ""),
  },
  {
    name: "folded case",
    texts: [
      "select id from t where lower(uni) = ?",
      "select id from t where lcase(uni) = ? and id > 1",
      "select id from t where upper(gen) = ?",
      "select id from t where lower(lat) = ?",
      "select id from t where upper(lat) = ?",
    ],
    values: [
      "''",
      "'a'",
      "'A'",
      "'abc'",
      "'ABC'",
      "'a '",
      "' a'",
      "'ss'",
      "'strasse'",
      "'k'",
      "'K'",
      "'i'",
      "'I'",
      "'%a'",
    ],
    refused: [],
    wrong: (sql) => sql.replace(/ = ('.*?')/, " = binary $1"),
  },
  {
    name: "whole number as a text",
    texts: [
      "select id from t where cast(n as char) = ?",
      "select id from t where cast(b as char) = ? and id > 1",
      "select id from t where ? = convert(u, char)",
    ],
    values: ["'0'", "'1'", "'-1'", "'99'", "'12345'", "'32766'", "'-100'", "'7'"],
    refused: ["'05'", "' 5'", "'5.0'", "'abc'", "5"],
    wrong: (sql) => sql.replace(/= '/, "= '1"),
  },
];

describe.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("%s", (_, start) => {
  let database: TestDatabase;
  let client: Connection;
  let catalog: Catalog;
  let zeroDates: ReadonlySet<string>;

  beforeAll(async () => {
    database = await start();
    client = await createConnection({ uri: database.url, dateStrings: true });
    await client.query(`
      create table t (id int primary key, at datetime, at6 datetime(6), d date, ts timestamp null,
        n int, s smallint, b bigint, u int unsigned,
        txt varchar(20), gen varchar(20) collate utf8mb4_general_ci, uni varchar(20) collate utf8mb4_unicode_ci,
        lat varchar(20) character set latin1, exact varchar(20) collate utf8mb4_bin,
        key (at), key (at6), key (d), key (ts), key (n), key (s), key (b), key (u), key (txt), key (gen), key (uni), key (lat))`);
    // Zero dates can be stored in a lax session only; statements run as sessions do by default.
    const [[mode]] = (await client.query({
      sql: "select @@sql_mode",
      rowsAsArray: true,
    })) as unknown as [[[string]]];
    await client.query("set sql_mode = ''");
    const pick = seeded(SEED);
    for (let id = 1; id <= 300; id++) {
      const number = pick(NUMBERS);
      await client.query("insert into t values (?, ?, ?, ?, null, ?, ?, ?, ?, ?, ?, ?, ?, ?)", [
        id,
        pick(MOMENTS),
        pick(MOMENTS),
        pick(MOMENTS)?.slice(0, 10) ?? null,
        number,
        pick(NUMBERS),
        pick([...NUMBERS, null, 9_007_199_254_740]),
        number === null ? null : Math.abs(number),
        pick(LETTERS),
        pick(LETTERS),
        pick(LETTERS),
        pick(WORDS)?.replaceAll(/[^ -~]/g, "") ?? null,
        pick(LETTERS),
      ]);
    }
    zeroDates = new Set(
      (await ids("select id from t where year(at) = 0 or year(at6) = 0"))?.split(" "),
    );
    await client.query("set sql_mode = ?", [mode]);
    const session = await connect(database.url);
    catalog = (await capture(session, { values: true, workload: false, node: "test" })).catalog;
    await session.close();
  });

  afterAll(async () => {
    await client?.end();
    await database?.close();
  });

  async function shapeOf(sql: string): Promise<Query> {
    const parsed = await parse(sql);
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

  async function reviewsOf(
    sql: string,
    kind: QueryReview["kind"] = "non-sargable-predicate",
  ): Promise<readonly QueryReview[]> {
    return (await reviewQuery(await shapeOf(sql), catalog)).filter(
      (review) => review.kind === kind,
    );
  }

  async function ids(sql: string): Promise<string | null> {
    try {
      const [rows] = await client.query({ sql, rowsAsArray: true });
      return (rows as unknown as readonly [number][])
        .map(([id]) => id)
        .toSorted((a, b) => a - b)
        .join(" ");
    } catch {
      return null;
    }
  }

  function withoutZeroDates(found: string | null): string {
    return (found ?? "")
      .split(" ")
      .filter((id) => !zeroDates.has(id))
      .join(" ");
  }

  async function differences(
    rule: Rule,
    spoil: (sql: string) => string = (sql) => sql,
  ): Promise<{ readonly compared: number; readonly different: readonly string[] }> {
    const different: string[] = [];
    let compared = 0;
    for (const text of rule.texts) {
      for (const value of rule.values) {
        const sql = text.replace("?", value);
        const [review] = await reviewsOf(sql);
        const [pair] = review?.rewrite?.samples ?? [];
        if (pair === undefined || review?.same !== true) throw new Error(`not rewritten: ${sql}`);
        const rows = await ids(sql);
        // A row that makes the text fail keeps it from any answer.
        if (rows === null) continue;
        compared++;
        const others = await ids(spoil(pair.after.sql));
        const compare = rule.butZeroDates?.test(text) === true ? withoutZeroDates : String;
        if (compare(others) !== compare(rows)) different.push(`${sql} -> ${pair.after.sql}`);
      }
    }
    return { compared, different };
  }

  it.each(RULES)("the same rows: $name", { timeout: 120_000 }, async (rule) => {
    const { compared, different } = await differences(rule);
    expect(different, `seed ${SEED}`).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual((rule.texts.length * rule.values.length) / 2);
  });

  it.each(RULES)("a wrong rewrite is found out: $name", { timeout: 120_000 }, async (rule) => {
    expect((await differences(rule, rule.wrong)).different.length).toBeGreaterThan(0);
  });

  it.each(RULES)("no rewrite with values that it does not hold for: $name", async (rule) => {
    for (const text of rule.texts) {
      for (const value of rule.refused) {
        const reviews = await reviewsOf(text.replace("?", value));
        expect(
          reviews.filter(({ same }) => same),
          text.replace("?", value),
        ).toEqual([]);
      }
    }
  });

  it.each([
    "select id from t where date(at) <> '2026-01-01'",
    "select id from t where not date(at) = '2026-01-01'",
    "select id from t where date(at) = '2026-01-01' or id = 1",
    "select id from t where lower(exact) = 'a'",
    "select id from t where n * 2 = 4",
    "select id from t where n + s = 4",
    "select id from t where left(txt, 1) = 'a'",
    "select id from t where date(at + interval 1 hour) = '2026-01-01'",
    "with t as (select now() as at) select 1 from t where date(at) = '2026-01-01'",
    "select id from t where n = '5'",
  ])("is not rewritten: %s", async (sql) => {
    expect(await reviewQuery(await shapeOf(sql), catalog)).toEqual([]);
  });

  it("says nothing of the same rows where no value was logged", async () => {
    const query = {
      ...(await shapeOf("select id from t where date(at) = '2026-01-01'")),
      samples: [],
    };
    expect(await reviewQuery(query, catalog)).toMatchObject([
      { kind: "non-sargable-predicate", columns: ["at"], same: false, part: "date(at) = ?" },
    ]);
  });

  it("offers no range for a TIMESTAMP, whose day the session's time zone decides", async () => {
    expect(await reviewsOf("select id from t where date(ts) = '2026-01-01'")).toMatchObject([
      { columns: ["ts"], same: false },
    ]);
  });

  it("tells of a text that is compared with a number, and how other rows would be found", async () => {
    const [review] = await reviewsOf("select id from t where txt = 5");
    expect(review).toMatchObject({
      columns: ["txt"],
      same: false,
      reason: expect.stringContaining("txt is varchar(20)"),
    });
    expect(review?.rewrite?.samples[0]?.after.sql).toBe("select id from t where txt = '5'");
  });

  it("finds letters that LOWER changes and a collation does not", async () => {
    const [signs] = await reviewsOf("select id from t where lower(gen) = 'k'");
    expect(signs).toMatchObject({ same: false, reason: expect.stringContaining("U+212A") });
    expect(await ids("select id from t where lower(gen) = 'k'")).not.toBe(
      await ids("select id from t where gen = 'k'"),
    );
  });

  it("pages by keys in any order and with ties: the same rows, page by page", async () => {
    for (const order of ["n", "n desc", "u, s", "id", "u desc, id desc"]) {
      const columns = order.replaceAll(" desc", "");
      const where = "n is not null and s is not null";
      await client.query("drop table if exists p");
      await client.query(
        `create table p (id int primary key, n int not null, s smallint not null, u int unsigned not null) select id, n, s, u from t where ${where}`,
      );
      const session = await connect(database.url);
      const own = (await capture(session, { values: true, workload: false, node: "test" })).catalog;
      await session.close();
      const sql = `select id, ${columns} from p where s < 100000 order by ${order} limit 7 offset 2000`;
      const parsed = await parse(sql);
      if (parsed.kind !== "query") throw new Error("not a query");
      const query = { ...(await shapeOf(sql)), statement: parsed.describe(own) };
      const [review] = (await reviewQuery(query, own)).filter(
        ({ kind }) => kind === "offset-pagination",
      );
      expect(review, order).toMatchObject({
        table: { name: "p" },
        part: "OFFSET 2000",
        same: false,
      });
      const page = review?.rewrite?.samples[0]?.after.sql ?? "";
      const full = order.split(", ").some((key) => key.startsWith("id"))
        ? order
        : `${order}, id${order.endsWith("desc") ? " desc" : ""}`;
      const [all] = await client.query<{ [key: string]: number }[] & []>(
        `select id, ${columns} from p order by ${full}`,
      );
      let seen: readonly number[] = all.slice(0, 7).map(({ id }) => id ?? 0);
      for (;;) {
        const last = all[seen.length - 1];
        if (last === undefined) break;
        // Each key stands in the condition as often as it is compared.
        const [, condition = ""] = /s < 100000 AND (.*) order by/i.exec(page) ?? [];
        const values = [...condition.matchAll(/`?(\w+)`? [<>]=? \?/g)].map(
          ([, key = ""]) => last[key],
        );
        const [next] = await client.query<{ id: number }[] & []>(page, values);
        if (next.length === 0) break;
        seen = [...seen, ...next.map(({ id }) => id)];
      }
      expect(seen, order).toEqual(all.map(({ id }) => id));
    }
  });

  it.each([
    ["select a.id from t a left join t b on b.id = a.n where b.s > 3", "inner"],
    [
      "select a.id from t a LEFT  outer join t b on b.id = a.n where b.s is not null and a.id > 2",
      "inner",
    ],
    ["select a.id from t a left join t b on b.id = a.n where b.s in (1, 2) or a.id = 1", null],
    ["select a.id from t a left join t b on b.id = a.n where b.s <=> null", null],
    ["select a.id from t a left join t b on b.id = a.n and b.s > 3", null],
    [
      "select a.id from t a left join (t b join t c on c.id = b.n) on b.id = a.n where c.s = 1",
      "inner",
    ],
  ] as const)("a filtered LEFT JOIN: %s", async (sql, expected) => {
    const [review] = await reviewsOf(sql, "outer-join-filtered");
    expect(review === undefined ? null : "inner").toBe(expected);
    if (review === undefined) return;
    const after = review.rewrite?.samples[0]?.after.sql ?? "";
    expect(after).not.toMatch(/left/i);
    expect(await ids(after)).toBe(await ids(sql));
  });

  it("tells which side of a join is converted", async () => {
    for (const [sql, column, other] of [
      ["select a.id from t a join t b on a.n = b.txt", "txt", "n"],
      ["select a.id from t a join t b on a.lat = b.gen", "lat", "gen"],
      ["select a.id from t a, t b where b.exact = a.gen", "gen", "exact"],
    ] as const) {
      const [review] = await reviewsOf(sql, "misaligned-key-types");
      expect(review, sql).toMatchObject({ columns: [column], other: { column: other } });
    }
    expect(
      await reviewsOf("select a.id from t a join t b on a.n = b.b", "misaligned-key-types"),
    ).toEqual([]);
  });
});
