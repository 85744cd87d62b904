import { loadModule, scanSync } from "libpg-query";
import { beforeAll, expect, test } from "vitest";
import { splitStatements } from "./split-statements.ts";

beforeAll(() => loadModule());

function split(text: string): { readonly statements: readonly string[]; readonly rest: string } {
  const { statements, rest } = splitStatements(text);
  return { statements: statements.map((statement) => statement.trim()), rest: rest.trim() };
}

const TEXTS = [
  "select 'é;''x'; -- c ; d\nselect 2;",
  "select $$a;'b$$; select $x$ $$;$$ $x$; select a$1$b; select $1;",
  'select 1 /* ; /* nested; */ ; */; select "a;""b";',
  String.raw`select E'\';'; select e'a\\'; select 'a\'; select type'x;', U&'d\0061;', B'01';`,
  "select é$ß$é, '$$;'; select 1;",
  "select a-- ;\n/b; select 1*/*;*/2;",
];

test.each(TEXTS)("%s splits where PostgreSQL's own scanner sees a semicolon", (text) => {
  const bytes = Buffer.from(text);
  const expected: string[] = [];
  let from = 0;
  for (const token of scanSync(text).tokens) {
    if (token.tokenName !== "ASCII_59") continue;
    expected.push(bytes.toString("utf8", from, token.start).trim());
    from = token.end;
  }
  expect(expected.length).toBeGreaterThan(1);
  expect(split(text)).toEqual({ statements: expected, rest: "" });
});

test("a semicolon inside parentheses or a function's body ends nothing", () => {
  const rule = "create rule r as on insert to t do also (delete from a; delete from b)";
  const body =
    "create function f() returns int begin atomic select case when true then 1 end; select 2; end";
  expect(split(`${rule}; ${body}; begin; select 1; end;`)).toEqual({
    statements: [rule, body, "begin", "select 1", "end"],
    rest: "",
  });
});

test("psql's commands and the data of COPY are left out", () => {
  const text =
    "\\set aid random(1, 10)\nselect :aid;\n\\echo it's\ncopy t (a) from stdin;\n1\t;'\n\\.\nselect 2;";
  expect(split(text).statements).toEqual(["select :aid", "copy t (a) from stdin", "select 2"]);
});

test.each([
  "select 1",
  "select 'a;",
  "select $$;",
  "select (1;",
  "/* ;",
  "copy t from stdin;\n1;\n",
])("%s waits for more", (text) => {
  expect(split(`select 0;${text}`)).toEqual({ statements: ["select 0"], rest: text.trim() });
});
