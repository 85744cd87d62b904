import { loadModule } from "libpg-query";
import { beforeAll, expect, test } from "vitest";
import { createdExtensions, mayChangePlans } from "./ddl-statement.ts";

beforeAll(() => loadModule());

test.each([
  "create index on t (a)",
  "alter table t add constraint c check (a > 0)",
  "drop view v",
  "set search_path = app",
  "do $$ begin drop table t; end $$",
  "select create_hypertable('t', 'at')",
  "insert into t values (1); drop table u",
  "this is no SQL",
])("a plan may depend on: %s", (sql) => {
  expect(mayChangePlans(sql)).toBe(true);
});

test.each([
  "insert into t values (1)",
  "with x as (select 1) update t set a = 1",
  "copy t from stdin",
  "truncate t",
  "grant select on t to r",
  "comment on table t is 'x'",
  "create trigger g before insert on t execute function f()",
  "drop trigger g on t",
  "drop policy p on t",
  "set local lock_timeout = '5s'",
  "set statement_timeout = 0",
  "reindex (concurrently) table t",
  "refresh materialized view m",
  "cluster t using t_pkey",
  "begin",
  "commit; vacuum analyze t",
])("no plan depends on: %s", (sql) => {
  expect(mayChangePlans(sql)).toBe(false);
});

test("extensions that statements create are found", () => {
  expect(
    createdExtensions([
      'CREATE EXTENSION IF NOT EXISTS "uuid-ossp"',
      "create extension pg_trgm with schema app",
      "create table extension (id int)",
    ]),
  ).toEqual(["uuid-ossp", "pg_trgm"]);
});
