import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { perturb } from "../testing/perturb.ts";
import { createPostgresClassifier } from "./create-classifier.ts";
import { STATEMENTS } from "./testing/statements.ts";

const { classify } = createPostgresClassifier();

test.each([
  ["select * from t where id = $1", "read", "SELECT"],
  ["select lower(a) from t for no key update", "write", "FOR NO KEY UPDATE"],
  ["select nextval('s')", "write", "function nextval"],
  ["select public.now()", "write", "function public.now"],
  ["select set_config('a.b', 'c', false)", "session", "function set_config"],
  ["select * into x from t", "write", "INTO"],
  ["with x as (delete from t returning id) select * from x", "write", "DELETE"],
  ["call p()", "write", "CALL"],
  ["set work_mem = '1MB'", "session", "SET"],
  ["explain analyze insert into t values (1)", "write", "EXPLAIN INSERT"],
  ["", "read", "no statement"],
  [" ; -- nothing", "read", "no statement"],
])("%s is a %s: %s", (sql, kind, reason) => {
  expect(classify(sql)).toEqual({ kind, reason });
});

describe("of two readings the worse one counts", () => {
  test("a backslash before a quote, which standard_conforming_strings = off lets escape", () => {
    expect(classify("select 'a\\'; delete from t; --'").kind).toBe("write");
    expect(classify("select 'a\\', ', nextval(1) --'").kind).toBe("write");
    expect(classify("select E'a'\n 'b\\', ', nextval(1) --'").kind).toBe("write");
    expect(classify("select 'a\\', 'b'").kind).toBe("read");
    expect(classify("select E'a'\n 'b\\'; delete from t; --'").kind).toBe("write");
  });

  test("a quote or a comment that is never closed proves nothing", () => {
    for (const sql of [
      "select 'a",
      'select "a',
      "select $x$ a",
      "select /* /* */ 1",
      "select E'\\'",
    ])
      expect(classify(sql).kind).toBe("write");
  });
});

describe("names", () => {
  test("a call after DISTINCT ON is none of an alias's columns", () => {
    expect(classify("select distinct on (a) evil(b) from t").kind).toBe("write");
  });

  test("a call in FROM is none of a CTE's columns", () => {
    expect(classify("with x(a) as (select 1) select * from x, evil(1) as (b int)").kind).toBe(
      "write",
    );
    expect(classify("select * from unnest($1::int[]) with ordinality, evil(b)").kind).toBe("write");
  });

  test("a letter that is lower-cased to ASCII elsewhere makes no known function of a name", () => {
    expect(classify("select lower(a), ran\u212a(b) from t")).toEqual({
      kind: "write",
      reason: "function ran\u212a",
    });
  });

  test("a number may end where a keyword begins", () => {
    expect(classify("select 1into t2").kind).toBe("write");
    expect(classify("select 1.into t2").kind).toBe("write");
  });
});

test("AS makes an alias of no INTO", () => {
  for (const sql of ["select t.as into x from t", "select 1 as as into x"])
    expect(classify(sql).kind).toBe("write");
});

describe("what has been learned", () => {
  test("a text that a replica refused is a write, with whatever constants", () => {
    const classifier = createPostgresClassifier();
    expect(classifier.classify("select * from view_that_writes where id = 1").kind).toBe("read");
    classifier.learnWrite("select * from view_that_writes where id = 1");
    expect(classifier.classify("select * from view_that_writes where id = 2")).toEqual({
      kind: "write",
      reason: "refused by a replica before",
    });
    expect(classifier.classify("select * from t where id = 2").kind).toBe("read");
  });

  test("a function that the catalog calls stable is a read", () => {
    const classifier = createPostgresClassifier();
    expect(classifier.classify("select mine(1), app.mine(2)").kind).toBe("write");
    classifier.trustFunctions(["mine", "app.mine"]);
    expect(classifier.classify("select mine(1), app.mine(2)").kind).toBe("read");
    expect(classifier.classify("select other.mine(1)").kind).toBe("write");
  });
});

describe("complaints of other routers' users", () => {
  test.each([
    ["pgcat #829", "with x as (insert into t values (1) returning id) select * from x"],
    ["pgcat #750", "select pg_advisory_lock(1)"],
    ["pgdog #157", "select id from t where id = 1 for update"],
    ["janus-ar #159, a comment first", "/* controller:notes */ insert into t values (1)"],
    ["janus-ar #159, a comment first", "-- controller:notes\nupdate t set a = 1"],
    [
      "pgpool2 #157, a definition and a read in one transaction",
      "begin; create table x (a int); select * from x",
    ],
    ["kysely-replication 0.3.0", "select nextval('s')"],
    ["kysely-replication 0.3.0", 'select * from "t" for update'],
  ])("%s: %s", (_, sql) => {
    expect(classify(sql).kind).not.toBe("read");
  });
});

test("comments, space and letter case change no verdict", () => {
  const comments = ["/* x /* ' */ for update */", "-- it's into\n", "/**/", "\r\n"];
  fc.assert(
    fc.property(
      fc.constantFrom(...STATEMENTS),
      fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
      (sql, numbers) => {
        const other = perturb(sql, comments, () => numbers.next().value ?? 0);
        expect({ sql: other, ...classify(other) }).toEqual({ sql: other, ...classify(sql) });
      },
    ),
    { numRuns: 1500 },
  );
});
