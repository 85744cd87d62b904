import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { perturb } from "../testing/perturb.ts";
import { createMysqlClassifier } from "./create-classifier.ts";
import { STATEMENTS } from "./testing/statements.ts";

const { classify } = createMysqlClassifier("mysql");

test.each([
  ["select * from t where id = ?", "read", "SELECT"],
  ["select * from t lock in share mode", "write", "LOCK IN SHARE MODE"],
  ["select * from t for share", "write", "FOR SHARE"],
  ["select a into @x from t", "session", "INTO"],
  ["select a from t into outfile 'x'", "write", "INTO"],
  ["select @x := 1", "session", "@x"],
  ["select get_lock('x', 1)", "session", "function get_lock"],
  ["select db.stored(1)", "write", "function db.stored"],
  ["select /*!50000 stored() */ 1", "write", "an executable comment"],
  ["show tables where get_lock('x', 1)", "session", "function get_lock"],
  ["explain format=json for connection 5", "session", "EXPLAIN FOR CONNECTION"],
  ["call p()", "write", "CALL"],
  ["use other", "session", "USE"],
  ["explain analyze delete from t", "write", "DELETE"],
  ["", "read", "no statement"],
  [" ; # nothing", "read", "no statement"],
])("%s is a %s: %s", (sql, kind, reason) => {
  expect(classify(sql)).toEqual({ kind, reason });
});

describe("of several readings the worst one counts", () => {
  test("a backslash before a quote, which NO_BACKSLASH_ESCAPES makes a plain character", () => {
    expect(classify("select 'it\\'s'").kind).toBe("read");
    expect(classify("select 'a\\'; delete from t; -- '").kind).toBe("write");
    expect(classify("select 'a\\'; delete from t; '").kind).toBe("write");
  });

  test("double quotes, which ANSI_QUOTES makes a name's", () => {
    expect(classify('select "stored"(1)').kind).toBe("write");
    expect(classify(`select "a\\", stored(1), "b" from t`).kind).toBe("write");
  });

  test("a quote or a comment that is never closed proves nothing", () => {
    for (const sql of ["select 'a", 'select "a', "select `a", "select /* 1"])
      expect(classify(sql).kind).toBe("write");
  });
});

test("a name may begin with digits, and be no known function", () => {
  expect(classify("select 1lower('A')")).toEqual({ kind: "write", reason: "function 1lower" });
  for (const sql of ["select 1.into outfile 'x'", "select 1e+5into outfile 'x'"])
    expect(classify(sql).kind).toBe("write");
});

test("a function is known to the system that has it", () => {
  expect(createMysqlClassifier("mariadb").classify("select nvl(1, 2)").kind).toBe("read");
  expect(classify("select nvl(1, 2)").kind).toBe("write");
});

test("a sequence is asked for in each of MariaDB's ways", () => {
  const mariadb = createMysqlClassifier("mariadb");
  for (const sql of [
    "select next value for s",
    "select nextval(s)",
    "select s.nextval",
    "select setval(s, 1)",
  ])
    expect(mariadb.classify(sql).kind).toBe("write");
});

test("a text that a replica refused is a write, with whatever constants", () => {
  const classifier = createMysqlClassifier("mysql");
  classifier.learnWrite("select * from view_that_writes where id = 1");
  expect(classifier.classify("select * from view_that_writes where id = 2").kind).toBe("write");
  expect(classifier.classify("select * from t where id = 2").kind).toBe("read");
});

test.each([
  ["janus-ar #159, a comment first", "/* controller:notes */ insert into t values (1)"],
  ["janus-ar #159, a comment first", "# controller:notes\nreplace into t values (1)"],
  ["kysely-replication 0.3.0", "select * from `t` for update"],
])("%s: %s", (_, sql) => {
  expect(classify(sql).kind).toBe("write");
});

describe.each(["mysql", "mariadb"] as const)("%s", (system) => {
  test("comments, space and letter case change no verdict", () => {
    const { classify: judge } = createMysqlClassifier(system);
    const comments = ["/* ' for update */", "-- it's into\n", "# @x\n", "/**/", "\r\n"];
    fc.assert(
      fc.property(
        fc.constantFrom(...STATEMENTS[system]),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (sql, numbers) => {
          const other = perturb(sql, comments, () => numbers.next().value ?? 0);
          expect({ sql: other, ...judge(other) }).toEqual({ sql: other, ...judge(sql) });
        },
      ),
      { numRuns: 1500 },
    );
  });
});
