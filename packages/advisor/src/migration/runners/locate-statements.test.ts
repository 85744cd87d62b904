import { expect, test } from "vitest";
import { splitStatements } from "../../postgres/split-statements.ts";
import { locateStatements } from "./locate-statements.ts";

function located(text: string) {
  return locateStatements("a.sql", text, splitStatements).map(({ sql, place }) => {
    // The place must be where the text is.
    const line = text.split("\n")[place.line - 1] ?? "";
    expect(line.slice(place.column - 1).startsWith(sql.split("\n")[0] ?? "")).toBe(true);
    return [sql, place.line, place.column, place.endLine];
  });
}

test("a statement begins at its first word, behind comments and empty lines", () => {
  expect(
    located("\n-- why\n/* and /* more */\n why */\n  ALTER TABLE a\n    ADD b int\n-- end\n;"),
  ).toEqual([["ALTER TABLE a\n    ADD b int\n-- end", 5, 3, 7]]);
});

test.each([
  ["\n", "line feeds"],
  ["\r\n", "carriage returns before them"],
])("lines end with %j: %s", (end) => {
  const text = ["CREATE TABLE a (", "  b int", ");", "-- c", "SELECT 1;", ""].join(end);
  expect(located(text)).toEqual([
    [`CREATE TABLE a (${end}  b int${end})`, 1, 1, 3],
    ["SELECT 1", 5, 1, 5],
  ]);
});

test("semicolons in quotes end nothing", () => {
  expect(located("DO $x$\nBEGIN\n  PERFORM ';';\nEND $x$;\nSELECT 'a;\nb', \"c;\"")).toEqual([
    ["DO $x$\nBEGIN\n  PERFORM ';';\nEND $x$", 1, 1, 4],
    ["SELECT 'a;\nb', \"c;\"", 5, 1, 6],
  ]);
});

test("the same text twice is at two places, and two on a line at their columns", () => {
  expect(
    locateStatements("a.sql", "SELECT 1; SELECT 1;\nSELECT 1", splitStatements).map(({ place }) => [
      place.line,
      place.column,
    ]),
  ).toEqual([
    [1, 1],
    [1, 11],
    [2, 1],
  ]);
});

test.each(["", " \n\n", "-- nothing", "/* nothing */\n-- more\n;", ";;\n;"])(
  "%j holds no statement",
  (text) => {
    expect(located(text)).toEqual([]);
  },
);

test("what is not finished is still a statement, for the parser to refuse", () => {
  expect(located("SELECT 1;\nSELECT 'a;\n")).toEqual([
    ["SELECT 1", 1, 1, 1],
    ["SELECT 'a;", 2, 1, 2],
  ]);
  // Not nested, as MySQL has them.
  expect(located("/* a /* b */ SELECT 1")).toEqual([["SELECT 1", 1, 14, 1]]);
});

test("only a part of a file is read, with the file's lines", () => {
  const text = "-- up\nSELECT 1;\n-- down\nSELECT 2;\n";
  const start = text.indexOf("-- down");
  expect(locateStatements("a.sql", text, splitStatements, start)).toEqual([
    { sql: "SELECT 2", place: { file: "a.sql", line: 4, column: 1, endLine: 4 } },
  ]);
  expect(locateStatements("a.sql", text, splitStatements, 0, start)).toMatchObject([
    { sql: "SELECT 1" },
  ]);
});
