import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "./parse.ts";
import { repairPlaceholders } from "./placeholders.ts";

/** Statements in which a constant stands in many ways; run on a server, and read back from its statistics. */
const statements: readonly string[] = [
  "SELECT id FROM t WHERE at > now() - interval '1 day'",
  "SELECT id FROM t WHERE at > now() - 3 * interval '1 day'",
  "SELECT id FROM t WHERE at > now() - interval '1' day",
  "SELECT id FROM t WHERE at > now() - interval '1:30' hour to minute",
  "SELECT id FROM t WHERE at > now() - interval(3) '1 day'",
  "SELECT id FROM t WHERE d = date '2020-01-01'",
  "SELECT id FROM t WHERE at >= timestamp '2020-01-01'",
  "SELECT id FROM t WHERE at >= timestamp with time zone '2020-01-01 00:00+00'",
  "SELECT id FROM t WHERE at >= timestamptz '2020-01-01'",
  "SELECT id FROM t WHERE at::time > time '10:00'",
  "SELECT id FROM t WHERE at::time > time with time zone '10:00+00'",
  "SELECT id FROM t WHERE tm > timestamp(3) '2020-01-01'",
  "SELECT extract(year from d) FROM t WHERE extract(month from d) = 5",
  "SELECT extract('epoch' from at) FROM t",
  "SELECT date_trunc('month', at) FROM t",
  "SELECT at AT TIME ZONE 'UTC' FROM t",
  "SELECT id FROM t WHERE id IN (1, 2, 3)",
  "SELECT id FROM t WHERE id = ANY('{1,2}'::int[])",
  "SELECT id FROM t WHERE id = ANY(ARRAY[1,2,3])",
  "SELECT id FROM t WHERE (id, n) IN ((1,2),(3,4))",
  "SELECT numeric '1.5' + n FROM t",
  "SELECT id FROM t WHERE j @> jsonb '{\"a\":1}'",
  "SELECT int '4' + id FROM t",
  "SELECT float8 '4.5' + id FROM t",
  "SELECT bool 'true' FROM t",
  "SELECT bit '101', id FROM t",
  "SELECT b'101', x'1F', id FROM t",
  "SELECT bytea '\\x01' FROM t",
  "SELECT id FROM t WHERE name LIKE 'a%' ESCAPE '!'",
  "SELECT id FROM t WHERE name SIMILAR TO 'a%'",
  "SELECT position('a' in name) FROM t",
  "SELECT substring(name from 1 for 3) FROM t",
  "SELECT overlay(name placing 'x' from 2) FROM t",
  "SELECT trim(both 'x' from name) FROM t",
  "SELECT id FROM t ORDER BY 1 LIMIT 10 OFFSET 20",
  "SELECT name, count(*) FROM t GROUP BY 1 ORDER BY 2 DESC",
  "SELECT id FROM t FETCH FIRST 5 ROWS ONLY",
  "SELECT name::varchar(10) FROM t WHERE name = 'x'::varchar(20)",
  "SELECT cast('1' as int), cast(id as numeric(10,2)) FROM t",
  "SELECT varchar(5) 'abc', id FROM t",
  "SELECT char(5) 'abc', id FROM t",
  "SELECT numeric(10,2) '1.50', id FROM t",
  "SELECT id FROM t WHERE n = -5",
  "SELECT id FROM t WHERE n - 5 > 2",
  "SELECT id FROM t WHERE a[1] = 5",
  "SELECT id FROM t WHERE a[1:2] = '{1,2}'",
  "SELECT j->'a'->>'b' FROM t WHERE j->>'c' = 'd'",
  "SELECT id FROM t WHERE name = E'it\\'s'",
  "SELECT id FROM t WHERE name = U&'d\\0061t'",
  "SELECT id FROM t WHERE name = $$dollar$$",
  "SELECT id FROM t WHERE active IS TRUE AND active = true AND n IS NULL",
  "INSERT INTO t (id, name, d) VALUES (1000, 'a', date '2020-01-01'), (1001, 'b', null)",
  "UPDATE t SET at = at + interval '1 day', d = date '2020-01-01' WHERE id = 5",
  "DELETE FROM t WHERE d < current_date - interval '30 days'",
  "SELECT CASE WHEN n = 1 THEN 'a' ELSE 'b' END FROM t",
  "SELECT count(*) FILTER (WHERE n > 5) FROM t",
  "SELECT sum(n) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM t",
  "SELECT sum(n) OVER (ORDER BY at RANGE BETWEEN '1 day' PRECEDING AND CURRENT ROW) FROM t",
  "SELECT sum(n) OVER (ORDER BY at RANGE BETWEEN interval '1 day' PRECEDING AND CURRENT ROW) FROM t",
  "SELECT * FROM generate_series(date '2020-01-01', date '2020-02-01', interval '1 day') g",
  "SELECT * FROM t TABLESAMPLE bernoulli (10) REPEATABLE (5)",
  "SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY n) FROM t",
  "SELECT grouping(name) FROM t GROUP BY rollup(name)",
  "SELECT xmlelement(name foo, xmlattributes('a' as b), 'x')",
  "SELECT json_build_object('a', n) FROM t",
  "SELECT normalize('a', NFC), id FROM t",
  "SELECT id FROM t WHERE d BETWEEN date '2020-01-01' AND date '2020-01-01' + 5",
  "SELECT public.mytype 'x', id FROM t",
  "SELECT pg_catalog.date '2020-01-01', id FROM t",
  "SELECT double precision '1.5', id FROM t",
  "SELECT character varying 'x', id FROM t",
  "SELECT national character varying (5) 'x', id FROM t",
  "SELECT dec '1', int4 '1', bigint '1', smallint '1', real '1' FROM t",
  "SELECT point '(1,2)', id FROM t",
  "SELECT inet '1.2.3.4', id FROM t",
  "SELECT N'abc', id FROM t",
  "SELECT interval '1' year to month, interval '5' second(2), id FROM t",
  "SELECT id FROM t WHERE at > current_timestamp(3) - interval '1 day'",
  'SELECT name COLLATE "C" FROM t ORDER BY name COLLATE "C" LIMIT 1',
  "SELECT ARRAY[1,2,3]::int[], ROW(1,'a') FROM t",
  "SELECT id FROM t WHERE name ~ '^a' AND name !~* 'b'",
  "SELECT concat('a', n), concat_ws('-', name, 'x'), format('%s', 'y') FROM t",
  "SELECT id FROM t WHERE d >= current_date - 30",
  "SELECT id FROM t WHERE d < current_date + 7",
  "SELECT g FROM generate_series(1, 10) g",
  "SELECT id FROM t WHERE id <> ALL(ARRAY[1, 2])",
  "SELECT id FROM t WHERE name = 'interval $1'",
  "SELECT DISTINCT ON (n) 'x', id FROM t",
];

/** What can't be repaired without knowing types: an anonymous row of parameters. */
const UNTYPED = "could not determine data type of parameter";
const UNREPAIRED: ReadonlyMap<string, string> = new Map([
  ["SELECT ARRAY[1,2,3]::int[], ROW(1,'a') FROM t", UNTYPED],
]);

/** `N'x'` is stored as `N$1`, which reads as a column's name: another shape. */
const OTHER_SHAPE: ReadonlySet<string> = new Set(["SELECT N'abc', id FROM t"]);

beforeAll(async () => {
  await parse("SELECT 1");
});

describe("repairPlaceholders", () => {
  it.each([
    ["SELECT interval $1", "SELECT $1::interval"],
    [
      "SELECT now() - interval $1 day to second(3) AS x",
      "SELECT now() - $1::interval day to second(3) AS x",
    ],
    ["SELECT now() - $1 * interval $2", "SELECT now() - $1 * $2::interval"],
    ["SELECT concat(lower(a), $1), lower($2)", "SELECT concat(lower(a), $1::text), lower($2)"],
    ["SELECT lower(concat($1)), abs(a[$2], $3)", "SELECT lower(concat($1::text)), abs(a[$2], $3)"],
    ["SELECT concat(a), lower(b, $1)", "SELECT concat(a), lower(b, $1)"],
    ["SELECT timestamp(3) with time zone $1", "SELECT $1::timestamp(3) with time zone"],
    ["SELECT double precision $1, app.kind $2", "SELECT $1::double precision, $2::app.kind"],
    ["SELECT extract($1 from (a + b))", "SELECT pg_catalog.extract($1, (a + b))"],
    ["SELECT a AT TIME ZONE $1", "SELECT a AT TIME ZONE $1"],
    ["SELECT a = ANY(ARRAY[$1 /*, ... */])", "SELECT a IN ($1)"],
    ["SELECT a <> ALL (ARRAY[$1, $2])", "SELECT a NOT IN ($1, $2)"],
    ["SELECT a = ANY(ARRAY[$1]::int[])", "SELECT a = ANY(ARRAY[$1]::int[])"],
    [
      "SELECT 'interval $1', \"date\", $$date $1$$ -- date $1",
      "SELECT 'interval $1', \"date\", $$date $1$$ -- date $1",
    ],
    ["SELECT 'ü', date $1, 'é'", "SELECT 'ü', $1::date, 'é'"],
    ["SELECT DISTINCT ON (a) $1", "SELECT DISTINCT ON (a) $1"],
    ["SELECT 'unterminated $1", "SELECT 'unterminated $1"],
    ["SELECT concat(a, $1, upper($2))", "SELECT concat(a, $1::text, upper($2))"],
    ["SELECT current_date - $1::int", "SELECT current_date - $1::int"],
  ])("%s", (stored, repaired) => {
    expect(repairPlaceholders(stored)).toBe(repaired);
    expect(repairPlaceholders(repaired)).toBe(repaired);
  });
});

describe("texts that pg_stat_statements stores", () => {
  let database: TestDatabase;
  let client: pg.Client;
  const stored = new Map<string, string>();

  beforeAll(async () => {
    database = await startPostgres();
    client = new pg.Client({ connectionString: database.url });
    await client.connect();
    await client.query(`
      CREATE EXTENSION pg_stat_statements;
      CREATE TYPE mytype AS ENUM ('x');
      CREATE TABLE t (id int PRIMARY KEY, n int, name text, d date, at timestamptz, tm timestamp, j jsonb, a int[], active bool)`);
    const own = "(SELECT oid FROM pg_database WHERE datname = current_database())";
    for (const sql of statements) {
      // Two statements of one shape would share an entry, with the first one's text.
      await client.query(`SELECT pg_stat_statements_reset(0, ${own}, 0)`);
      await client.query(sql);
      const { rows } = await client.query<{ query: string }>(
        `SELECT query FROM pg_stat_statements WHERE dbid = ${own} AND query NOT LIKE '%pg_stat_statements%'`,
      );
      stored.set(sql, rows[0]?.query ?? "");
    }
  });

  afterAll(async () => {
    await client?.end();
    await database?.close();
  });

  it.each(statements)("%s", async (sql) => {
    const text = stored.get(sql) ?? "";
    const [logged, counted] = [await parse(sql), await parse(text)];
    if (logged.kind !== "query" || counted.kind !== "query") throw new Error(text);
    expect(counted.fingerprint === logged.fingerprint).toBe(!OTHER_SHAPE.has(sql));
    for (const repaired of [repairPlaceholders(text), logged.normalized, counted.normalized]) {
      const accepted = await client.query(`PREPARE p AS ${repaired}; DEALLOCATE p`).then(
        () => true,
        (error: Error) => error.message.replace(/ \$\d+$/, ""),
      );
      expect({ repaired, accepted }).toEqual({ repaired, accepted: UNREPAIRED.get(sql) ?? true });
    }
  });
});
