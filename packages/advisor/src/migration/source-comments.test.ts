import { expect, test } from "vitest";
import { commentSyntax } from "../postgres/migration/comment-syntax.ts";
import { type CommentSyntax, readComments, SCRIPT_SYNTAX } from "./source-comments.ts";

const MYSQL: CommentSyntax = {
  lineComment: String.raw`--(?=\s|$)|#`,
  nestedComments: false,
  quotes: ["'", '"', "`"],
  backslash: "always",
  dollarQuotes: false,
  script: false,
};

const texts = (source: string, syntax: CommentSyntax): readonly string[] =>
  readComments(source, syntax).map(({ text }) => text.trim());

test.each([
  ["a comment up to the line's end", "-- a\nselect 1 -- b\n;", ["a", "b"]],
  ["a block, and one in it", "/* a /* b */ c */ select 1; -- d", ["a /* b */ c", "d"]],
  ["strings", "select '-- no', 'it''s -- no', \"-- no\"; -- yes", ["yes"]],
  ["a backslash is a letter in a plain string", String.raw`select '\'; -- yes`, ["yes"]],
  ["and not behind an E", String.raw`select E'\' -- no', e'a\\'; -- yes`, ["yes"]],
  ["a type's name that ends with e is none", String.raw`select date'\'; -- yes`, ["yes"]],
  ["dollar quotes", "do $$ -- no\n$$; do $a$ $$ -- no $a$; -- yes", ["yes"]],
  ["no dollar quotes in names and parameters", "select a$1, $1, b$$; -- yes", ["yes"]],
  ["a string without an end swallows the rest", "select 'a -- no", []],
])("PostgreSQL: %s", (_, source, expected) => {
  expect(texts(source, commentSyntax)).toEqual(expected);
});

test.each([
  ["hash comments", "select 1 # a\n;", ["a"]],
  ["two dashes need a blank", "select 1--1; -- yes", ["yes"]],
  ["backslashes in every string", String.raw`select '\' -- no', "\" # no"; -- yes`, ["yes"]],
  ["names in backticks", "select `-- no`, `a``-- no`; -- yes", ["yes"]],
  ["a block in a block ends with the first", "/* a /* b */ select 1; -- c", ["a /* b", "c"]],
])("MySQL: %s", (_, source, expected) => {
  expect(texts(source, MYSQL)).toEqual(expected);
});

test.each([
  ["comments", "// a\nf(); /* b */ g(); // c", ["a", "b", "c"]],
  ["strings", String.raw`f('// no', "/* no */", '\' // no'); // yes`, ["yes"]],
  [
    "templates",
    "sql`-- no // no ${f(`// no ${g({ a: 1 /* in */ })} // no`)} // no`; // yes",
    ["in", "yes"],
  ],
  ["regular expressions", String.raw`const a = /['"/*]\/[/]/g; // yes`, ["yes"]],
  ["behind a word", "return /'/.test(a); // yes", ["yes"]],
  ["divisions", "const a = b / c; const d = (b) / 2 / '// no'.length; // yes", ["yes"]],
  ["an address", 'const a = "http://localhost"; // yes', ["yes"]],
])("script: %s", (_, source, expected) => {
  expect(texts(source, SCRIPT_SYNTAX)).toEqual(expected);
});

test("places count from 1", () => {
  expect(readComments("select 1;\n  /* a\n b */ -- c\r\n--d", commentSyntax)).toEqual([
    { text: " a\n b ", line: 2, column: 3, endLine: 3 },
    { text: " c\r", line: 3, column: 7, endLine: 3 },
    { text: "d", line: 4, column: 1, endLine: 4 },
  ]);
});
