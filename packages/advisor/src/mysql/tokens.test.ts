import fc from "fast-check";
import { expect, test } from "vitest";
import { statementTokens, tokens } from "./tokens.ts";

const read = (sql: string): readonly string[] =>
  tokens(sql).map(({ kind, value }) => `${kind} ${value}`);

test("words, names, strings, numbers and signs", () => {
  expect(read("select `a``b`, 'it''s', \"x\\\"y\", 1.5e3, x'ff' as größe")).toEqual([
    "word SELECT",
    "name a`b",
    "symbol ,",
    "string it's",
    "symbol ,",
    'string x"y',
    "symbol ,",
    "number 1.5e3",
    "symbol ,",
    "string ff",
    "word AS",
    "word GRÖSSE",
  ]);
  expect(read("@@session.x := a <=> b <> 1")).toEqual([
    "symbol @@",
    "word SESSION",
    "symbol .",
    "word X",
    "symbol :=",
    "word A",
    "symbol <=>",
    "word B",
    "symbol <>",
    "number 1",
  ]);
  expect(read("1st $a 2_b")).toEqual(["word 1ST", "word $A", "word 2_B"]);
});

test("backslashes in strings, not in names", () => {
  expect(read(String.raw`'a\'b' 'c\\' 'd\n\t\0' ${"`e\\`"} f`)).toEqual([
    "string a'b",
    "string c\\",
    "string d\n\t\0",
    "name e\\",
    "word F",
  ]);
});

test("comments are left out; what servers execute is read", () => {
  expect(read("a # b\nc -- d\ne /* f */ g /*! h */ i /*!50100 j */ k /*M!100100 l */ m")).toEqual(
    "ACEGHIJKLM".split("").map((word) => `word ${word}`),
  );
  // https://dev.mysql.com/doc/refman/8.4/en/ansi-diff-comments.html: two dashes need a blank behind them.
  expect(read("a--b")).toEqual(["word A", "symbol -", "symbol -", "word B"]);
  expect(read("a --")).toEqual(["word A"]);
});

test("each token is where it says, and nothing but white space and comments is left out", () => {
  const pieces = fc.constantFrom(
    ..."a|B|1|.5|`x`|'y'|\"z\"|\\|'|`|\"|(|)|,|;|--|-- c\n|#|\n|/*|*/|/*!|@@|:=|\u00e4|😀".split(
      "|",
    ),
    " ",
  );
  fc.assert(
    fc.property(
      fc.array(pieces).map((all) => all.join("")),
      (sql) => {
        let end = 0;
        for (const token of tokens(sql)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          expect(sql.slice(token.start, token.end)).toBe(token.text);
          expect(sql.slice(end, token.start)).toMatch(/^(?:\s|#|--|\/\*|\*\/|$)/);
          end = token.end;
        }
      },
    ),
  );
});

test("SET STATEMENT stands before a statement", () => {
  const sql = "set statement a = 1, b = 'for' for alter table t force";
  expect(statementTokens(sql).map(({ text }) => text)).toEqual(["alter", "table", "t", "force"]);
  expect(statementTokens("set a = 1")).toHaveLength(4);
});
