import { describe, expect, test } from "vitest";
import { shapeMemory, statementShape } from "./statement-shape.ts";

describe("PostgreSQL", () => {
  test.each([
    ["select * from t where id = 42", "select * from t where id = $1"],
    ["select 'it''s' , 'a\\' , 1.5e-3, .5, 0x1F, 1_000", "select $1 , $2 , $3, $4, $5, $6"],
    ["select E'a\\'b', B'101', x'ff', U&'d\\0061'", "select $1, $2, $3, $4"],
    ["select $$it's$$, $tag$ $$ $tag$ from t1", "select $1, $2 from t1"],
    [
      "select * from t where a = $2 and b = $1 and c = 5",
      "select * from t where a = $2 and b = $1 and c = $3",
    ],
    [`select "a 'b' 1", "x""y" from "T 2"`, `select "a 'b' 1", "x""y" from "T 2"`],
    ["select  1 -- '\n\tfrom t /* a /* nested */ ' */ where b", "select $1 from t where b"],
    ["/* trace */ select 1 /* id 4 */ ;", "select $1"],
    [
      "select j ? 'a', j #> '{b}', a$1b, col_2 from t",
      "select j ? $1, j #> $2, a$1b, col_2 from t",
    ],
    ["select * from t limit 5 offset 10", "select * from t limit $1 offset $2"],
    [
      "select a, b from t order by 1, b desc, 2 limit 3",
      "select a, b from t order by 1, b desc, 2 limit $1",
    ],
    [
      "select a, count(*) from t group by 1 having 2 < 3",
      "select a, count(*) from t group by 1 having $1 < $2",
    ],
    ["select * from t order by 12345, a + 1, 5 * b", "select * from t order by $1, a + $2, $3 * b"],
    [
      "select x::varchar(10), cast(y as numeric(10, 2))",
      "select x::varchar(10), cast(y as numeric(10, 2))",
    ],
    ["select f(10), as_of(1, 2), x::date(12345)", "select f($1), as_of($2, $3), x::date($4)"],
    [
      "select -1, a -1, a - 1, (-2.5) where b = -3 and c between -4 and -.5",
      "select $1, a -$2, a - $3, ($4) where b = $5 and c between $6 and $7",
    ],
    ["select 'a'\n  'b', 'c' 'd'", "select $1, $2 $3"],
    ["select 'never closed", "select $1"],
    ["select /* never closed", "select"],
    ["", ""],
  ])("%s", (sql, shape) => {
    expect(statementShape(sql, "postgresql")).toBe(shape);
  });

  test.each([
    ["in (1, 2, 3) and x = 4", "in (1,2) and x = 5"],
    ["in ($1, $2, $3) and x = $4", "in ($1,$2) and x = $3"],
    ["= any(array[1, 2])", "= any(array[1, 2, 3])"],
  ])("lists of any length are one shape: %s", (one, other) => {
    const [first, second] = [one, other].map((condition) =>
      statementShape(`select * from t where id ${condition}`, "postgresql"),
    );
    expect(first).toBe(second);
    expect(first).toContain("$1 /*, ... */");
  });

  test("rows of any number are one shape, pairs too", () => {
    expect(
      statementShape("insert into t values (1, now()), (2, now()),(3, now())", "postgresql"),
    ).toBe("insert into t values ($1, now()) /*, ... */");
    expect(statementShape("select 1 where (a, b) in (($1, $2), ($3, $4))", "postgresql")).toBe(
      "select $1 where (a, b) in (($2, $3) /*, ... */)",
    );
  });

  test("arguments of a function are no list", () => {
    expect(statementShape("select coalesce(1, 2), min(3)", "postgresql")).toBe(
      "select coalesce($1, $2), min($3)",
    );
  });
});

describe.each(["mysql", "mariadb"] as const)("%s", (system) => {
  test.each([
    [`select "a", 'b\\'c', \`d 1\`, x'ff' from t`, "select ?, ?, `d 1`, ? from t"],
    ["select 1 # one\nfrom t -- two\nwhere 5--1", "select ? from t where ?--?"],
    [
      "select /*+ NO_MERGE(t) */ 1 /* /* */ from t where id = ?",
      "select /*+ NO_MERGE(t) */ ? from t where id = ?",
    ],
    ["select * from t where id in (?, ?, 3)", "select * from t where id in (? /*, ... */)"],
  ])("%s", (sql, shape) => {
    expect(statementShape(sql, system)).toBe(shape);
  });
});

test("a list of 50,000 items is read", () => {
  const list = Array.from({ length: 50_000 }, (_, item) => item).join(", ");
  expect(statementShape(`select * from t where id in (${list})`, "postgresql")).toBe(
    "select * from t where id in ($1 /*, ... */)",
  );
});

test("a memory answers as the function does, past its limit and for each system", () => {
  const shapeOf = shapeMemory(2);
  for (const sql of [
    "select 1",
    "select 1, 2",
    'select "a"',
    "select 1",
    'select "a"',
    "select 'b'",
  ]) {
    for (const system of ["postgresql", "mysql"] as const) {
      expect(shapeOf(sql, system)).toBe(statementShape(sql, system));
    }
  }
});
