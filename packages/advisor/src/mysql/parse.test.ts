import { describe, expect, it } from "vitest";
import { LEXIS } from "../log/sql-key/lexis.ts";
import { createSqlKey, hexKey } from "../log/sql-key/sql-key.ts";
import type { ParsedText } from "../engine.ts";
import { parse } from "./parse.ts";
import { statementFingerprinter } from "./statement-fingerprint.ts";

async function query(sql: string): Promise<Extract<ParsedText, { readonly kind: "query" }>> {
  const parsed = await parse(sql);
  if (parsed.kind !== "query") throw new Error(`${JSON.stringify(parsed)}: ${sql}`);
  return parsed;
}

describe("parse", () => {
  it.each([
    "BEGIN",
    "SET NAMES utf8mb4",
    "CREATE TABLE t (a int) WITH SYSTEM VERSIONING",
    "CREATE VIEW v AS SELECT 1",
    "EXPLAIN SELECT 1",
    "LOAD DATA INFILE 'x' INTO TABLE t",
    "CALL p(1)",
    "/* c */ COMMIT;",
    "TRUNCATE t",
  ])("has no plan: %s", async (sql) => {
    expect(await parse(sql)).toEqual({ kind: "utility" });
  });

  it.each([
    ["CREATE TABLE t AS SELECT id FROM orders WHERE id = 5", "SELECT id FROM orders WHERE id = ?"],
    ["CREATE TEMPORARY TABLE t (KEY (id)) (SELECT id FROM orders)", "(SELECT id FROM orders)"],
    [
      "CREATE TABLE t (a int) ENGINE=InnoDB WITH x AS (SELECT 1) SELECT * FROM x",
      "WITH x AS (SELECT ?) SELECT * FROM x",
    ],
    ["SET STATEMENT max_statement_time = 5 FOR SELECT 1", "SELECT ?"],
  ])("takes the query inside: %s", async (sql, inner) => {
    const parsed = await query(sql);
    expect(parsed.normalized).toBe(inner);
    expect(parsed.fingerprint).toBe((await query(inner)).fingerprint);
  });

  it.each([
    ["", "the text is empty"],
    ["  ", "the text is empty"],
    ["-- nothing", "the text holds no statement"],
    ["SELECT 1; SELECT 2", "the text holds several statements, not one"],
    ["SELEC 1", "the text is no statement"],
    ["SELECT a FROM t WHERE", "the text ends too early"],
    ["SELECT a FROM t WHERE a = = 1", 'syntax error at or near "="'],
    ["SELECT a FROM t WHERE a 'secret'", "syntax error"],
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
      'SELECT "secret" 4711 FROM FROM',
    ];
    for (const sql of texts) expect(JSON.stringify(await parse(sql))).not.toMatch(/secret|4711/);
  });

  it.each([
    ["SELECT id FROM t WHERE a = 1 AND b = ?", "SELECT id FROM t WHERE a = ? AND b = ?"],
    [
      "SELECT id /* 'secret' */ FROM t -- it's 5\n WHERE a = -1;",
      "SELECT id   FROM t  \n WHERE a = -?",
    ],
    [
      "SELECT /*+ NO_RANGE_OPTIMIZATION(t) */ id FROM t ORDER BY 1, 2 DESC LIMIT 5, 10",
      "SELECT /*+ NO_RANGE_OPTIMIZATION(t) */ id FROM t ORDER BY 1, 2 DESC LIMIT ?, ?",
    ],
    [
      "SELECT id FROM t WHERE d = DATE '2020-01-01' AND n = N'x' AND u = _utf8mb4'a' 'b' AND x = 0xff",
      "SELECT id FROM t WHERE d = ? AND n = ? AND u = ? AND x = ?",
    ],
    [
      "SELECT doc->>'$.a', CAST(x AS CHAR(10)), NOW(3) FROM t WHERE d > NOW() - INTERVAL 1 DAY",
      "SELECT doc->>'$.a', CAST(x AS CHAR(10)), NOW(3) FROM t WHERE d > NOW() - INTERVAL ? DAY",
    ],
    ["SELECT `id` FROM `t` WHERE `a` IN (...)", "SELECT `id` FROM `t` WHERE `a` IN (?)"],
    ["SELECT 1 AS 'one' FROM t WHERE a IS NULL", "SELECT ? AS 'one' FROM t WHERE a IS NULL"],
    ["SELECT /*!50001 a, */ b FROM t", "SELECT /*!50001 a, */ b FROM t"],
  ])("normalizes %j", async (sql, normalized) => {
    expect((await query(sql)).normalized).toBe(normalized);
    expect((await query(normalized)).normalized).toBe(normalized);
  });

  it("writes parameters as literals, and nothing where one is missing", async () => {
    const { sample } = await query("SELECT id FROM t WHERE a = ? AND b = '?' AND c = ? LIMIT ?");
    expect(sample([String.raw`it's \ so`, null, "5"])).toBe(
      String.raw`SELECT id FROM t WHERE a = 'it''s \\ so' AND b = '?' AND c = NULL LIMIT 5`,
    );
    expect(sample(["1"])).toBeNull();
    expect(sample()).toBeNull();
    expect((await query("SELECT 1 FROM t")).sample()).toBe("SELECT 1 FROM t");
  });

  it("ends soon, whatever the text is", async () => {
    const deep = (open: string, close: string, count: number): string =>
      `SELECT a FROM t WHERE ${open.repeat(count)}b c${close.repeat(count)}`;
    const texts = [
      deep("(", ")", 200),
      deep("x IN ((SELECT y FROM u WHERE ", "))", 100),
      deep("INTERVAL (", ")", 200),
      deep("(", ")", 20_000),
      `SELECT a FROM ${"(".repeat(200)}t u v${")".repeat(200)}`,
    ];
    for (const sql of texts) expect(await parse(sql)).toMatchObject({ kind: "error" });
    const terms = Array.from({ length: 5_000 }, (_, at) => `a = ${at} AND b = ${at}`);
    const { describe: read } = await query(`SELECT a FROM t WHERE ${terms.join(" OR ")}`);
    expect(read({ tables: [], views: [], searchPath: [] }).unresolved).toEqual(["t"]);
  });

  it("has the digest's key for a fingerprint", async () => {
    const sql = "SELECT a FROM t WHERE b IN (1, 2) AND c = 'x'";
    const key = createSqlKey(LEXIS.mysql);
    key.of(Buffer.from(sql), 0, sql.length);
    const { fingerprint } = await query(sql);
    expect(fingerprint).toBe(hexKey(key));
    expect(await statementFingerprinter.fingerprint(sql)).toBe(fingerprint);
    expect(await statementFingerprinter.fingerprint("SELECT FROM WHERE")).toBeNull();
  });
});
