import { startMariadb } from "@dbadvise/testkit";
import { createConnection, type RowDataPacket } from "mysql2/promise";
import { expect, onTestFinished, test } from "vitest";
import { splitStatements } from "./split-statements.ts";

const parts = (text: string): readonly string[] => {
  const { statements, rest } = splitStatements(text);
  return [...statements, rest].map((part) => part.trim()).filter((part) => part !== "");
};

test.each([
  ["a; b;c", ["a", "b", "c"]],
  [";; a ;;", ["a"]],
  ["a ';' ; b \";\" ; c `;`", ["a ';'", 'b ";"', "c `;`"]],
  [String.raw`a '\';' ; b "\\"; c`, [String.raw`a '\';'`, String.raw`b "\\"`, "c"]],
  ["a 'it''s;' ; b `x``;`", ["a 'it''s;'", "b `x``;`"]],
  ["a `\\`; b", ["a `\\`", "b"]],
  ["a # x; y\n; b", ["a # x; y", "b"]],
  ["a -- x; y\n; b", ["a -- x; y", "b"]],
  ["select 1--1; b", ["select 1--1", "b"]],
  ["a --; b", ["a --", "b"]],
  ["a /* ; */; b", ["a /* ; */", "b"]],
  ["/*!40101 set a = 1 */; b", ["/*!40101 set a = 1 */", "b"]],
  ["a 'open; b", ["a 'open; b"]],
  ["a /* open; b", ["a /* open; b"]],
])("%s", (text, expected) => {
  expect(parts(text)).toEqual(expected);
});

test("DELIMITER lines, in any case, with any sign", () => {
  const text = `a;
DELIMITER $$
create trigger t before insert on x for each row begin
  set @a = 1;
  set @b = ';';
end$$
b $$
  delimiter ;
c; select 'delimiter //';
DELIMITER //
d // e; f`;
  expect(parts(text)).toEqual([
    "a",
    "create trigger t before insert on x for each row begin\n  set @a = 1;\n  set @b = ';';\nend",
    "b",
    "c",
    "select 'delimiter //'",
    "d",
    "e; f",
  ]);
});

test("a statement over lines is not a DELIMITER line", () => {
  expect(parts("select 1 as\ndelimiter from t; b")).toEqual(["select 1 as\ndelimiter from t", "b"]);
});

test("what stands in a statement is what the server gets", async () => {
  const { url, close } = await startMariadb();
  onTestFinished(close);
  const connection = await createConnection(url);
  onTestFinished(() => connection.end());
  const texts = [
    String.raw`select 'a;\'b' as x`,
    'select "c;""d" as x',
    "select 1 as `x` -- ; \n",
    "select 2 /* ; */ as x",
    "select 3 # ;\n as x",
    "select /*!40000 4, */ 5 as x",
    "select 7--1 as x",
  ];
  const { statements, rest } = splitStatements(texts.map((text) => `${text};`).join("\n"));
  expect(rest.trim()).toBe("");
  const values: unknown[] = [];
  for (const sql of statements)
    values.push((await connection.query<RowDataPacket[]>(sql))[0][0]?.["x"]);
  expect(values).toEqual(["a;'b", 'c;"d', 1, 2, 3, 5, 8]);
});
