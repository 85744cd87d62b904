import { expect, test } from "vitest";
import { describeNPlusOne } from "./describe-n-plus-one.ts";
import type { NPlusOneCallSite, NPlusOnePattern } from "./n-plus-one-pattern.ts";

const PATTERN: NPlusOnePattern = {
  kind: "n-plus-one",
  shape: "select * from t where id = $1",
  system: "postgresql",
  database: "shop",
  scopeNames: [],
  scopes: 1,
  queries: 6,
  occurrences: 6,
  distinctParameters: 6,
  overlapping: 0,
  callSites: [],
  stack: [],
};

test.each([
  ["select * from t where id = $1", "the relation `one` or `many`"],
  ["select * from t where id = $1 limit $2", "the relation `one` or `many`"],
  ["select * from t where a = $1 order by b limit $2", "the relation `many` with a limit per key"],
  ["select count(*) from t where a = $1", "the relation `count`"],
  ["select exists (select 1 from t where a = $1)", "the relation `exists`"],
  ["select * from t where id = $1 for update", "Lock all rows with one query"],
])("%s: %s", (shape, words) => {
  expect(describeNPlusOne({ ...PATTERN, shape })).toContain(words);
});

test("says in how many scopes, names the lines, and cuts what is long", () => {
  const site = (line: number): NPlusOneCallSite => ({
    file: "a.ts",
    line,
    column: 1,
    function: undefined,
    queries: 1,
  });
  const text = describeNPlusOne({
    ...PATTERN,
    shape: `select ${"x".repeat(500)} from t where id = $1`,
    scopes: 3,
    callSites: [1, 2, 3, 4].map(site),
  });
  expect(text).toMatch(
    /^N\+1: 6 queries of one shape in one scope, .* \(in 3 scopes; most in one\)$/m,
  );
  expect(text).toMatch(
    /x\.\.\.\n {4}at a\.ts:1:1\n {4}at a\.ts:2:1\n {4}at a\.ts:3:1\n {4}and from 1 more line\n/,
  );
});
