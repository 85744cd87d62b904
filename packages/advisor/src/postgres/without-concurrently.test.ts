import { loadModule } from "libpg-query";
import { beforeAll, expect, test } from "vitest";
import { withoutConcurrently } from "./without-concurrently.ts";

beforeAll(() => loadModule());

test.each([
  ["create index concurrently i on t (a)", "create index  i on t (a)"],
  ["DROP INDEX CONCURRENTLY i", "DROP INDEX  i"],
  ["alter table t detach partition p concurrently", "alter table t detach partition p "],
  ["reindex (verbose, concurrently true) table t", "reindex (verbose, VERBOSE true) table t"],
  ["reindex ( CONCURRENTLY ) index i", "reindex ( VERBOSE ) index i"],
  ['create index "concurrently" on t (a)', 'create index "concurrently" on t (a)'],
  ["comment on table t is 'concurrently'", "comment on table t is 'concurrently'"],
])("%s is run as: %s", (sql, plain) => {
  expect(withoutConcurrently(sql)).toBe(plain);
});
