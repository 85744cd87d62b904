import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEXIS, type Lexis } from "./lexis.ts";
import { normalizedText } from "./normalized-text.ts";
import { createSqlKey, hexKey } from "./sql-key.ts";

const { postgres, mysql } = LEXIS;

/** What could be taken for the rest of a token that has been cut off. */
const AFTER: readonly Buffer[] = `' " \` */ 1 a $ $$ - = | . / * ( , '' "" ?`
  .split(" ")
  .map((text) => Buffer.from(text));

const KEYS = { postgres: createSqlKey(postgres), mysql: createSqlKey(mysql) };

function keyOf(lexis: Lexis, sql: string | Buffer): string {
  const bytes = typeof sql === "string" ? Buffer.from(sql) : sql;
  const key = KEYS[lexis.name];
  key.of(bytes, 0, bytes.length);
  return hexKey(key);
}

function textOf(lexis: Lexis, sql: string): string {
  keyOf(lexis, sql);
  return KEYS[lexis.name].text();
}

describe.each([postgres, mysql])("lexical rules of $name", (lexis) => {
  const quote = lexis.nameQuotes;

  /** Tokens as they may be written, with the same meaning. A constant is never beside another. */
  const space = fc.oneof(
    fc.constantFrom(" ", "\n", "\t \r\n", " /* it's $1 \" ` */ ", " -- it's /* \"\n", "/**/ "),
    lexis.nestedComments ? fc.constant(" /* /* a */ 'b */ ") : fc.constant(" # it's\n"),
  );
  const string = fc
    .string({ unit: "binary", maxLength: 12 })
    .map(
      (text) =>
        `'${text.replaceAll("'", "''").replaceAll("\\", lexis.backslashes ? "\\\\" : "\\")}'`,
    );
  const constant = fc.oneof(
    string,
    fc.nat().map(String),
    fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }).map(String),
    fc.constantFrom("0xFF", ".5", "1e5", "x'1f'", "N'a'", "?"),
    lexis.dollarQuotes
      ? fc.constantFrom("$1", "$$it's$$", "$a$ $$ $a$", "E'\\'--'", "u&'/*'")
      : fc.constantFrom("'\\''", '"a\\"b"', '"it\'s"'),
  );
  const word = fc.constantFrom(..."select from where t1 t2 größe a e u order_by c$1".split(" "));
  const name = fc
    .constantFrom("Users", "a b", "select", "a.b", "it's", "x--y", "/*")
    .map((text) => quote + text + quote);
  const symbol = fc.constantFrom(..."= <= + - ( ) , . :: || * [ ] / ->> ; @>".split(" "));
  const other = fc.oneof(
    { weight: 3, arbitrary: word },
    { weight: 1, arbitrary: name },
    { weight: 3, arbitrary: symbol },
  );
  const CONSTANT = Symbol("constant");
  const tokens = fc.array(
    fc.oneof(
      { weight: 3, arbitrary: other.map((token) => [token]) },
      // An operator before a number is no sign of it.
      { weight: 1, arbitrary: word.map((token) => [CONSTANT, token] as const) },
    ),
    { maxLength: 25 },
  );
  type Token = string | typeof CONSTANT;

  function written(list: readonly Token[]): fc.Arbitrary<string> {
    const parts = list.map((token) => {
      if (token === CONSTANT) return constant;
      if (/^[a-z_]+$/.test(token)) return fc.constantFrom(token, token.toUpperCase());
      return fc.constant(token);
    });
    return fc
      .tuple(space, ...parts.map((part) => fc.tuple(part, space)), fc.constantFrom("", ";", " ;; "))
      .map((pieces) => pieces.flat().join(""));
  }

  const statement: fc.Arbitrary<readonly Token[]> = tokens.map((list) => {
    const flat: readonly Token[] = list.flat();
    // A minus before a number may be its sign.
    return flat.map((token, at) => (token === "-" && flat[at + 1] === CONSTANT ? "+" : token));
  });

  test("constants, white space, comments and the case of words don't count", () => {
    fc.assert(
      fc.property(
        statement.chain((list) => fc.tuple(written(list), written(list))),
        ([one, another]) => {
          expect(keyOf(lexis, one)).toBe(keyOf(lexis, another));
          expect(textOf(lexis, one)).toBe(textOf(lexis, another));
        },
      ),
      { numRuns: 2000 },
    );
  });

  test("another name counts", () => {
    fc.assert(
      fc.property(
        statement.chain((list) => fc.tuple(fc.constant(list), written(list), fc.nat())),
        ([list, sql, at]) => {
          const words = list.flatMap((token, index) =>
            token === "t1" || token === "a" ? [index] : [],
          );
          fc.pre(words.length > 0);
          const changed = list.map((token, index) =>
            index === words[at % words.length] ? "other" : token,
          );
          const [text] = fc.sample(written(changed), { numRuns: 1, seed: at });
          expect(keyOf(lexis, text ?? "")).not.toBe(keyOf(lexis, sql));
        },
      ),
      { numRuns: 1000 },
    );
  });

  test("equal keys exactly for equal normalized texts", () => {
    const texts = new Map<string, string>();
    const keys = new Map<string, string>();
    const check = (sql: string): void => {
      const key = keyOf(lexis, sql);
      const text = textOf(lexis, sql);
      expect(texts.get(key) ?? text).toBe(text);
      expect(keys.get(text) ?? key, text).toBe(key);
      texts.set(key, text);
      keys.set(text, key);
    };
    for (const sql of realStatements()) check(sql);
    const short = fc
      .array(fc.oneof(other, constant), { maxLength: 6 })
      .map((list) => list.join(" "));
    const soup = fc
      .array(
        fc.constantFrom(
          ...`'"\`$?-/*#@.,;:()[]{}=<|&\\ \n01aEx_`.split(""),
          "in(",
          "values ",
          "array[",
        ),
        {
          maxLength: 8,
        },
      )
      .map((list) => list.join(""));
    fc.assert(fc.property(fc.oneof(short, soup), check), { numRuns: 10_000 });
  });

  test("a normalized text has the key of its statements", () => {
    fc.assert(
      fc.property(statement.chain(written), (sql) => {
        const text = textOf(lexis, sql);
        expect(textOf(lexis, text)).toBe(text);
        expect(keyOf(lexis, text)).toBe(keyOf(lexis, sql));
      }),
      { numRuns: 2000 },
    );
    for (const sql of realStatements()) {
      const text = textOf(lexis, sql);
      expect(textOf(lexis, text)).toBe(text);
    }
  });

  test("lists of any length", () => {
    const items = fc.array(constant, { minLength: 1, maxLength: 9 });
    const list = items.map((parts) => parts.join(" , "));
    const row = fc.tuple(constant, constant).map((parts) => `(${parts.join(", ")})`);
    const rows = fc.array(row, { minLength: 1, maxLength: 9 }).map((parts) => parts.join(","));
    const text = (sql: string): string => textOf(lexis, sql);
    fc.assert(
      fc.property(list, rows, rows, (constants, pairs, values) => {
        expect(text(`select a from t where b in (${constants}) and c not in (${pairs}) or d`)).toBe(
          "select a from t where b in (?, ...) and c not in ((?, ?), ...) or d",
        );
        expect(text(`insert into t values ${values} returning a, a`)).toBe(
          "insert into t values (?, ?) returning a, a",
        );
      }),
    );
  });

  test("nothing but lists is shortened", () => {
    const texts = [
      "select f(?), f(?, ?), f((?), (?))",
      "select ?, ?",
      "select a from t where a in (?, b, ?) and b in (select ?, ? from t)",
      "insert into t values (?, ?), (?, default)",
      "insert into t values (?) returning (a), (a)",
      "insert into t values (?) returning a, (?), (?)",
      "select a from t where a in (?, ? + ?)",
      "select a, a from t group by a, a",
      "select a[?], in(?)",
      "select ((((?))))",
    ];
    for (const text of texts) {
      expect(textOf(lexis, text.replaceAll("?", "1"))).toBe(text.replace("in(?)", "in (?, ...)"));
    }
  });

  test("what is cut off or damaged leaves nothing of a constant", () => {
    const damage = fc.constantFrom(..."\0 \u00ff \n \\ { } ( ) [ ] ;".split(" "));
    const canary = fc.constantFrom(
      "'canary'",
      "'it''s canary'",
      "'a; canary -- canary'",
      "424242",
      "-42.42e42",
      "0x424242",
      ...(lexis.dollarQuotes
        ? ["$$canary$$", "$x$ canary $y$ $$ canary $x$", String.raw`E'\'canary'`, "U&'canary'"]
        : [
            String.raw`'\'canary'`,
            '"canary"',
            String.raw`"\"canary"`,
            "x'424242'",
            "_utf8'canary'",
          ]),
    );
    const sql = fc
      .array(fc.oneof(other, canary, space, damage), { maxLength: 12 })
      .map((parts) => parts.join(" "));
    const cut = fc.tuple(sql, fc.nat()).map(([text, at]) => text.slice(0, at % (text.length + 1)));
    fc.assert(
      fc.property(fc.oneof(sql, cut), (text) => {
        expect(textOf(lexis, text)).not.toMatch(/canary|42/);
      }),
      { numRuns: 10_000 },
    );
  });

  // Were it not, this would run into the test's limit of time.
  test("the work is proportional to the length, whatever the text", { timeout: 60_000 }, () => {
    const parts =
      `' ''a " "a "a" \` \`a\` $a $$ $a$ /* */ /*+ /*! # - -- 1 1. 1e \\' '\\ e'\\' u&' . ... ?| ( ) [ , ; _ \0 in(
      in(1, in((1,2), values(1), values(1),(2), array[ array[[1],`.split(/\s+/);
    for (const part of parts) {
      const text = textOf(lexis, `${part} `.repeat(60_000)) + textOf(lexis, part.repeat(120_000));
      expect(text.length).toBeGreaterThanOrEqual(0);
    }
  });

  test("any bytes are read to their end and not beyond", () => {
    const key = createSqlKey(lexis);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom(
          "",
          "'",
          '"',
          "`",
          "/*",
          "$$",
          "$a$",
          "--",
          "(1,",
          "e'\\",
          "values (1),(",
          "?",
          "u&",
          'a "A"',
          "a `A`",
          "a -",
          "a /",
          "1.",
          "1e",
          "0x",
          "$",
          "a.",
          "..",
          "e",
          ".",
        ),
        fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constantFrom(...AFTER)),
        (bytes, end, after) => {
          const inside = Buffer.concat([bytes, Buffer.from(end)]);
          key.of(Buffer.concat([inside, after]), 0, inside.length);
          expect(hexKey(key)).toBe(keyOf(lexis, inside));
          const shifted = Buffer.concat([Buffer.from("'/*"), inside, Buffer.from("'1")]);
          key.of(shifted, 3, 3 + inside.length);
          expect(hexKey(key)).toBe(keyOf(lexis, inside));
        },
      ),
      { numRuns: 3000 },
    );
  });
});

test.each<readonly [sql: string, text: string]>([
  ["select a from t -- 'x\r where b = 1", "select a from t where b = ?"],
  ["select $1, $2::text, a[1], a[1:2] from x", "select ?, ?::text, a[?], a[?:?] from x"],
  ["select array[[1,2],[3,4]], array[1]", "select array[[?, ...], ...], array[?, ...]"],
  ["select a -1, b - -1, c- -d, (1) - 2, f() -3", "select a - ?, b - ?, c - - d, (?) - ?, f() - ?"],
  ["select current_date - 1, null, a is null", "select current_date - ?, ?, a is null"],
  ["select f(null, true), x = false", "select f(?, ?), x = ?"],
  ["select 'a'\n  'b', j ? 'k', j ?| $1, j @? '$.x'", "select ?, j ? ?, j ?| ?, j @? ?"],
  ['select "a", "A", "user", user, "a""b"', 'select a, "A", "user", user, "a""b"'],
  ["select 'unterminated", "select ?"],
  ['select "unterminated', "select ?"],
  ["select 1 /* unterminated", "select ?"],
  ["select $a$ unterminated $b$", "select ?"],
  ["select e'\\'' || u&'\\0061' || date '2020-01-01'", "select ? || ? || date ?"],
  ["select 1from t where a=1and b", "select ? from t where a = ? and b"],
])("PostgreSQL: %j", (sql, text) => {
  expect(normalizedText(postgres, sql)).toBe(text);
});

test.each<readonly [sql: string, text: string]>([
  ["select `a`, `A`, `order`, `a b` from `t`", "select a, `A`, `order`, `a b` from t"],
  ["select a # 'x\n from t -- 'y\n where b--1", "select a from t where b - ?"],
  ["select /*! straight_join */ a /*!50000 , b */ from t", "select straight_join a, b from t"],
  ["select /*M!100100 a*/ from t", "select a from t"],
  [
    "select /*+ MAX_EXECUTION_TIME(1000) */ a from t",
    "select /*+ max_execution_time(?) */ a from t",
  ],
  ["select @a, @@session.x, @a := 1, 'u'@'h'", "select @a, @@session.x, @a := ?, ? @?"],
  ["select 2fa, 1e5, 0x1f, t.1st from 3d", "select 2fa, ?, ?, t.1st from 3d"],
  ["select \"a\\\"b\", 'a\\'b', n'x', b'01'", "select ?, ?, ?, ?"],
  [
    "insert into t values (1, null), (2, 3) on duplicate key update a = values(a), b = values(b)",
    "insert into t values (?, ?) on duplicate key update a = values (a), b = values (b)",
  ],
  ["select a /* x */ from t /* /* y */ where b", "select a from t where b"],
])("MySQL: %j", (sql, text) => {
  expect(normalizedText(mysql, sql)).toBe(text);
});

test("keys don't depend on what was read before", () => {
  const key = createSqlKey(postgres);
  const statements = realStatements().slice(0, 50);
  const long = Buffer.from(
    `select ${"a, ".repeat(10_000)} b where x in (${"1, ".repeat(10_000)}2)`,
  );
  for (const sql of statements) {
    key.of(long, 0, long.length);
    const bytes = Buffer.from(sql);
    key.of(bytes, 0, bytes.length);
    expect(hexKey(key)).toBe(keyOf(postgres, sql));
  }
  key.of(long, 0, long.length);
  expect(key.text()).toMatch(/^select a, a, .* b where x in \(\?, \.\.\.\)$/);
});

test("half the bits differ between texts that differ in one letter", () => {
  let differing = 0;
  const names = Array.from({ length: 2000 }, (_, index) => `select a from t${index}`);
  for (const [index, name] of names.entries()) {
    const [one, other] = [name, names[index + 1] ?? ""].map((sql) =>
      BigInt(`0x${keyOf(postgres, sql)}`),
    );
    differing += ((one ?? 0n) ^ (other ?? 0n)).toString(2).replaceAll("0", "").length;
  }
  expect(new Set(names.map((sql) => keyOf(postgres, sql).slice(0, 8))).size).toBeGreaterThan(1998);
  expect(differing / names.length).toBeGreaterThan(31);
  expect(differing / names.length).toBeLessThan(33);
});

/** Texts of statements, and lines that are none, of logs written by servers. */
function realStatements(): readonly string[] {
  const read = (name: string): string =>
    gunzipSync(
      readFileSync(new URL(`../../../testdata/logs/${name}.gz`, import.meta.url)),
    ).toString();
  const messages = read("pg15-stderr.log").match(
    /(?<=(?:statement|execute [^:]*): ).+(?:\n\t.*)*/g,
  );
  const lines = read("mariadb-10.11-slow-explain.log").split("\n");
  return [...new Set([...(messages ?? []), ...lines])].slice(0, 3000);
}
