import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { LEXIS } from "../log/sql-key/lexis.ts";
import { normalizedText } from "../log/sql-key/normalized-text.ts";
import { whyGrouped } from "../log/sql-key/why-grouped.ts";
import { parse } from "./parse.ts";
import { FINGERPRINT_VERSION, statementFingerprint } from "./statement-fingerprint.ts";

/** By bytes alone, and with the parser's fingerprint. */
type Grouped = readonly [byKey: boolean, withFingerprint: boolean];
const BOTH: Grouped = [true, true];
const PARSER: Grouped = [false, true];
const NEITHER: Grouped = [false, false];

test.each<readonly [name: string, Grouped, one: string, other: string]>([
  ["integers", BOTH, "select a from t where id = 1", "select a from t where id = 98765"],
  ["decimals", BOTH, "select a from t where x = 1.5", "select a from t where x = .25e-3"],
  ["negative literals", BOTH, "select a from t where x = -1", "select a from t where x = 1"],
  [
    "a negative literal after a word",
    BOTH,
    "select a from t where x between -5 and - 1",
    "select a from t where x between 5 and 1",
  ],
  ["a minus between", BOTH, "select a -1 from t", "select a - 22 from t"],
  [
    "IN of other lengths",
    BOTH,
    "select a from t where id in (1,2, 3)",
    "select a from t where id in (7)",
  ],
  [
    "IN of parameters",
    BOTH,
    "select a from t where id in ($1, $2)",
    "select a from t where id in ($1,$2,$3,$4)",
  ],
  [
    "rows in IN",
    BOTH,
    "select a from t where (x, y) in ((1, 'a'), (2, 'b'), (3, 'c'))",
    "select a from t where (x, y) in ((4, 'd'))",
  ],
  [
    "rows of VALUES",
    BOTH,
    "insert into t (a, b) values (1, 'x')",
    "insert into t (a, b) values (1, 'x'), (2, null), (3, 'z')",
  ],
  [
    "arrays",
    BOTH,
    "select a from t where id = any(array[1, 2])",
    "select a from t where id = any(array[1, 2, -3])",
  ],
  [
    "dollar quotes",
    BOTH,
    "select a from t where s = $$it's$$",
    "select a from t where s = $x$ $$ or -- $x$",
  ],
  [
    "E-strings",
    BOTH,
    String.raw`select a from t where s = E'it\'s -- no'`,
    "select a from t where s = 'x'",
  ],
  ["doubled quotes", BOTH, "select a from t where s = 'it''s'", "select a from t where s = ''''"],
  [
    "comment markers in literals",
    BOTH,
    "select a from t where s = '-- /*'",
    "select a from t where s = '*/'",
  ],
  ["hexadecimal", BOTH, "select a from t where x = 0xff", "select a from t where x = 1_000"],
  ["bit strings", BOTH, "select a from t where x = X'1f'", "select a from t where x = B'01'"],
  ["white space", BOTH, "select a\n\tfrom   t where(x=1)", "select a from t where ( x = 1 ) ;"],
  ["comments", BOTH, "select /* a /* b */ 'c */ a from t -- ' d\n", "select a from t"],
  ["case of words", BOTH, "SELECT A FROM T WHERE X IS NULL", "select a from t where x is null"],
  ["quoted names", BOTH, 'select "a" from "t"', "select a from t"],
  ["quoted names with capitals", NEITHER, 'select a from "T"', "select a from t"],
  ["t1 and t2", NEITHER, "select a from t1", "select a from t2"],
  ["schemas", NEITHER, "select a from x.t", "select a from y.t"],
  ["literal or parameter", BOTH, "select a from t where id = $1", "select a from t where id = 'x'"],
  ["booleans", BOTH, "select a from t where x = true", "select a from t where x = false"],
  [
    "IS NULL or not",
    NEITHER,
    "select a from t where x is null",
    "select a from t where x is not null",
  ],
  [
    "a cast another way",
    PARSER,
    "select a from t where x = '1'::int",
    "select a from t where x = cast('1' as int)",
  ],
  ["aliases without AS", PARSER, "select a as b from t as u", "select a b from t u"],
  ["names of savepoints", PARSER, "savepoint s1", "savepoint s_2"],
  ["another column", NEITHER, "select a from t where x = 1", "select a from t where y = 1"],
  ["another operator", NEITHER, "select a from t where x < 1", "select a from t where x <= 1"],
])("%s", async (_, expected, sql, otherSql) => {
  const one = { sql, fingerprint: await statementFingerprint(sql) };
  const other = { sql: otherSql, fingerprint: await statementFingerprint(otherSql) };
  expect(one.fingerprint).not.toBeNull();
  expect(other.fingerprint).not.toBeNull();
  const why = whyGrouped(LEXIS.postgres, one, other);
  expect([why.by === "key", why.same], `${why.one.normalized}\n${why.other.normalized}`).toEqual(
    expected,
  );
  expect(normalizedText(LEXIS.postgres, sql) === normalizedText(LEXIS.postgres, otherSql)).toBe(
    expected[0],
  );
});

test("a query has the fingerprint that the workload gives it", async () => {
  const sql = "select a from orders_2024 where id = 1 limit 5";
  const parsed = await parse(sql);
  expect(parsed).toMatchObject({ fingerprint: await statementFingerprint(sql) });
});

test.each(["", "   ", "-- nothing", "select from where", "select '", "\0", "selec 1"])(
  "%j has no fingerprint",
  async (sql) => {
    expect(await statementFingerprint(sql)).toBeNull();
  },
);

test("the version is that of the library", () => {
  const entry = createRequire(import.meta.url).resolve("libpg-query");
  const [folder] = /^.*[\\/]libpg-query[\\/]/.exec(entry) ?? [""];
  const { version } = JSON.parse(readFileSync(`${folder}package.json`, "utf8")) as {
    version: string;
  };
  expect(FINGERPRINT_VERSION).toBe(`libpg_query ${version}`);
});
