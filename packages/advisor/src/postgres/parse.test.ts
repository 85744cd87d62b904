import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { parse } from "./parse.ts";
import { shopCatalog } from "./testing/shop-catalog.ts";

const logs = new URL("../../testdata/logs/", import.meta.url);

async function query(
  sql: string,
): Promise<Extract<Awaited<ReturnType<typeof parse>>, { kind: "query" }>> {
  const parsed = await parse(sql);
  if (parsed.kind !== "query") throw new Error(`${parsed.kind}: ${sql}`);
  return parsed;
}

describe("parse", () => {
  it.each([
    "BEGIN",
    "COMMIT;",
    "SET statement_timeout = 5",
    "SHOW work_mem",
    "CREATE TABLE t (a int)",
    "CREATE INDEX ON t (a)",
    "COPY t FROM STDIN",
    "COPY (SELECT 1) TO STDOUT",
    "VACUUM t",
    "ANALYZE",
    "PREPARE p AS SELECT 1",
    "EXECUTE p (1)",
    "EXPLAIN SELECT 1",
    "FETCH 10 FROM c",
    "CALL p()",
    "DO $$ BEGIN END $$",
    "SELECT 1 INTO t",
    "REFRESH MATERIALIZED VIEW v",
    "LOCK TABLE t",
  ])("has no plan: %s", async (sql) => {
    expect(await parse(sql)).toEqual({ kind: "utility" });
  });

  it.each([
    [
      "DECLARE c NO SCROLL CURSOR WITH HOLD FOR SELECT id FROM orders WHERE id = 5",
      "SELECT id FROM orders WHERE id = $1",
    ],
    [
      "CREATE TABLE t AS SELECT id FROM orders WHERE id = 5 WITH NO DATA;",
      "SELECT id FROM orders WHERE id = $1",
    ],
    ["CREATE TEMP TABLE t (x) ON COMMIT DROP AS TABLE orders", "TABLE orders"],
    [
      "CREATE MATERIALIZED VIEW v AS SELECT id AS data FROM orders",
      "SELECT id AS data FROM orders",
    ],
  ])("takes the query inside: %s", async (sql, inner) => {
    const parsed = await query(sql);
    expect(parsed.normalized).toBe(inner);
    expect(parsed.fingerprint).toBe((await query(inner)).fingerprint);
  });

  it.each([
    ["", "the text is empty"],
    ["  ", "the text is empty"],
    ["-- nothing", "the text holds no statement"],
    ["SELECT 1; SELECT 2", "the text holds 2 statements, not one"],
    ["SELEC 1", 'syntax error at or near "SELEC"'],
    ["SELECT 'secret", "unterminated quoted string"],
    ["SELECT * FROM t WHERE a = 'x' 'secret'", "syntax error"],
  ])("refuses %j", async (sql, message) => {
    expect(await parse(sql)).toMatchObject({ kind: "error", message });
  });

  it("says where the error is, in characters", async () => {
    expect(await parse("SELECT 'é' FRM x y")).toMatchObject({ position: 15 });
  });

  it("keeps constants out of what it says of a text that it can't read", async () => {
    const texts = [
      "SELECT 'secret' FRM 4711 x",
      "SELECT 'secret",
      "SELECT $a$secret$a$ 4711 FROM FROM",
    ];
    for (const sql of texts) expect(JSON.stringify(await parse(sql))).not.toMatch(/secret|4711/);
  });

  it.each([
    [
      "SELECT id FROM t WHERE a = 1 AND b = $1 AND c = 'x'",
      "SELECT id FROM t WHERE a = $2 AND b = $1 AND c = $3",
    ],
    [
      "SELECT id /* 'secret' */ FROM t -- it's 5\n WHERE a = -1;",
      "SELECT id   FROM t  \n WHERE a = $1",
    ],
    ["SELECT id FROM t ORDER BY 1, 2 DESC LIMIT 5", "SELECT id FROM t ORDER BY 1, 2 DESC LIMIT $1"],
    [
      "SELECT id FROM t WHERE d = date '2020-01-01' AND n = N'x'",
      "SELECT id FROM t WHERE d = $1::date AND n = $2::bpchar",
    ],
    [
      "SELECT é FROM t WHERE é = 'ü' AND d > now() - interval '1' day",
      "SELECT é FROM t WHERE é = $1 AND d > now() - $2::interval day",
    ],
  ])("normalizes %j", async (sql, normalized) => {
    expect((await query(sql)).normalized).toBe(normalized);
    expect((await query(normalized)).fingerprint).toBe((await query(sql)).fingerprint);
  });

  it("writes parameters as literals, and nothing where one is missing", async () => {
    const { sample } = await query(
      "SELECT id FROM t WHERE a = $2 AND b = '$1' AND c = interval $1",
    );
    expect(sample(["1 day", "it's"])).toBe(
      "SELECT id FROM t WHERE a = 'it''s' AND b = '$1' AND c = '1 day'::interval",
    );
    expect(sample([null, "x"])).toContain("NULL::interval");
    expect(sample(["1 day"])).toBeNull();
    expect(sample()).toBeNull();
  });
});

/** Pairs that are one shape, or two. */
const shapes: readonly (readonly [what: string, same: boolean, a: string, b: string])[] = [
  ["integers", true, "SELECT a FROM t WHERE b = 1", "SELECT a FROM t WHERE b = 22"],
  ["decimals", true, "SELECT a FROM t WHERE b = 1.5", "SELECT a FROM t WHERE b = 10"],
  ["exponents", true, "SELECT a FROM t WHERE b = 1e10", "SELECT a FROM t WHERE b = 1"],
  ["negative literals", true, "SELECT a FROM t WHERE b = -1", "SELECT a FROM t WHERE b = 1"],
  ["strings", true, "SELECT a FROM t WHERE b = 'x'", "SELECT a FROM t WHERE b = 'y z'"],
  ["doubled quotes", true, "SELECT a FROM t WHERE b = 'it''s'", "SELECT a FROM t WHERE b = ''"],
  ["E-strings", true, "SELECT a FROM t WHERE b = E'it\\'s'", "SELECT a FROM t WHERE b = 'x'"],
  ["dollar quotes", true, "SELECT a FROM t WHERE b = $$x'y$$", "SELECT a FROM t WHERE b = $q$z$q$"],
  [
    "comment markers in literals",
    true,
    "SELECT a FROM t WHERE b = '/* x'",
    "SELECT a FROM t WHERE b = '-- y'",
  ],
  ["hex", true, "SELECT a FROM t WHERE b = 0xFF", "SELECT a FROM t WHERE b = 1"],
  ["bit strings", true, "SELECT a FROM t WHERE b = B'101'", "SELECT a FROM t WHERE b = X'1F'"],
  ["whitespace", true, "SELECT a\n  FROM t\tWHERE b=1", "SELECT a FROM t WHERE b = 1"],
  ["comments", true, "SELECT a /* x */ FROM t -- y", "SELECT a FROM t"],
  ["case of keywords", true, "select A from T", "SELECT a FROM t"],
  ["placeholders", true, "SELECT a FROM t WHERE b = $1", "SELECT a FROM t WHERE b = 5"],
  ["IN lists", true, "SELECT a FROM t WHERE b IN (1, 2, 3)", "SELECT a FROM t WHERE b IN ($1)"],
  [
    "row IN lists",
    true,
    "SELECT a FROM t WHERE (b, c) IN ((1, 2))",
    "SELECT a FROM t WHERE (b, c) IN ((1, 2), (3, 4))",
  ],
  ["multi-row VALUES", true, "INSERT INTO t VALUES (1, 2)", "INSERT INTO t VALUES (1, 2), (3, 4)"],
  ["quoted identifiers", false, 'SELECT "A" FROM t', "SELECT a FROM t"],
  ["tables with digits", false, "SELECT a FROM t1", "SELECT a FROM t2"],
  ["operators", false, "SELECT a FROM t WHERE b < 1", "SELECT a FROM t WHERE b > 1"],
  ["schemas", false, "SELECT a FROM one.t", "SELECT a FROM two.t"],
  ["digits of names", false, "SELECT a FROM orders_2024", "SELECT a FROM orders_2025"],
  ["a schema in a subquery", false, "SELECT (SELECT a FROM x.t)", "SELECT (SELECT a FROM y.t)"],
  ["a schema of an UPDATE", false, "UPDATE x.t SET a = 1", "UPDATE y.t SET a = 1"],
];

describe("fingerprint", () => {
  it.each(shapes)("%s: same %s", async (_what, same, a, b) => {
    const [one, two] = [await query(a), await query(b)];
    expect(one.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    expect(one.fingerprint === two.fingerprint).toBe(same);
  });
});

describe("texts of a real server", () => {
  it("parses every statement of a log", async () => {
    const kinds = { query: 0, utility: 0, error: 0 };
    const log = gunzipSync(readFileSync(new URL("pg15-jsonlog.json.gz", logs))).toString();
    for (const line of log.trim().split("\n")) {
      const { message } = JSON.parse(line) as { readonly message: string };
      const sql = /^duration: [\d.]+ ms {2}(?:statement|execute [^:]*): ([^]*)$/.exec(message)?.[1];
      if (sql === undefined) continue;
      const parsed = await parse(sql);
      kinds[parsed.kind] += 1;
      if (parsed.kind === "query") parsed.describe(shopCatalog);
    }
    expect(kinds).toMatchObject({ error: 0 });
    expect(kinds.query).toBeGreaterThan(1_000);
  });

  it("parses every text of pg_stat_statements, also normalized", async () => {
    const texts = csvColumn(readFileSync(new URL("pg15-pg_stat_statements.csv", logs), "utf8"), 4);
    const queries = [];
    for (const sql of texts) {
      const parsed = await parse(sql);
      expect(parsed).not.toMatchObject({ kind: "error" });
      if (parsed.kind === "query") queries.push(parsed);
    }
    expect(texts.length).toBeGreaterThan(40);
    expect(queries.length).toBeGreaterThan(20);
    for (const { normalized } of queries) expect((await parse(normalized)).kind).toBe("query");
  });
});

/** One column of a CSV file, without its header. */
function csvColumn(csv: string, column: number): readonly string[] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, bare, end] of csv.matchAll(/(?:"((?:[^"]|"")*)"|([^,\n]*))(,|\n|$)/g)) {
    row.push(quoted === undefined ? (bare ?? "") : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
  }
  return rows.slice(1).flatMap((cells) => cells[column] ?? []);
}
