import { describe, expect, test } from "vitest";
import { sessionEffect } from "./session-effect.ts";

describe("texts that may leave something in the session", () => {
  test.each([
    "SET search_path = x",
    "set session statement_timeout = 0",
    "SET ROLE other",
    "SET SESSION AUTHORIZATION other",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "SET TIME ZONE 'UTC'",
    "/* a /* nested */ comment */ -- and another\n set\n\tsearch_path = x",
    "select 1; set search_path = x",
    "select ';'; set search_path = x",
    "begin; set local a.b = 1; set a.b = 2; commit",
    "RESET ALL",
    "LISTEN channel",
    "UNLISTEN *",
    "PREPARE p AS SELECT 1",
    "DEALLOCATE ALL",
    "DISCARD PLANS",
    "LOAD 'auto_explain'",
    "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    "declare c no scroll cursor\nwith  hold for select 1",
    "CREATE TEMP TABLE t ()",
    "create local temporary table t ()",
    "CREATE OR REPLACE TEMP VIEW v AS SELECT 1",
    "SELECT 1 AS a INTO TEMP t",
    "create table pg_temp.t ()",
    "explain analyze create temp table t as select 1",
    "select set_config('a.b', $1, false)",
    "select set_config('a.b', 'true', $1)",
    "select set_config('a.b', lower('X'), false), set_config('a.c', '', true)",
    `select "set_config"('a.b', 'c', false)`,
    "select pg_advisory_lock(1)",
    "select pg_try_advisory_lock_shared (1, 2)",
    "select pg_catalog.pg_advisory_lock(1)",
    "do $$ begin perform set_config('a.b', 'c', false); end $$",
    "do $block$ begin execute 'se' || 't a.b = 1'; end $block$",
    // With standard_conforming_strings off the string ends after the comma.
    String.raw`select '\', set_config('a.b', 'c', true), '; set x = 1`,
    "select 'set not closed",
  ])("%s", (sql) => {
    expect(sessionEffect(sql).changes).toBe(true);
    // The second answer comes from memory.
    expect(sessionEffect(sql).changes).toBe(true);
  });
});

describe("texts that leave nothing in the session", () => {
  test.each([
    "select 1",
    "update t set a = 1",
    "insert into t values ('; set search_path = x')",
    "insert into t values ($q$; set search_path = x$q$)",
    String.raw`insert into t values (E'\'; set search_path = x')`,
    "insert into t values ('it''s; set x = 1')",
    `select "; set x" from t; select a$set$b from t`,
    "select 1 -- ; set search_path = x",
    "select /* ; set x = 1 */ 1",
    "begin; set local search_path = x",
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE",
    "SET CONSTRAINTS ALL DEFERRED",
    "PREPARE TRANSACTION 'x'",
    "DECLARE c CURSOR FOR SELECT 1",
    "create temp table t (id int) on commit drop",
    "select set_config('request.claims', $1, true)",
    "select set_config('a', coalesce($1, ''), TRUE)",
    "select pg_advisory_xact_lock(1)",
    "select pg_try_advisory_xact_lock(1)",
    "select temp, load from weather limit 1 offset 2",
    "alter table t alter column a set not null",
    "lock table t",
    "copy t from stdin",
    "do $$ begin perform 1; end $$",
    "",
  ])("%s", (sql) => {
    expect(sessionEffect(sql).changes).toBe(false);
  });
});

test.each([
  ["begin read only", true],
  ["START TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ\n ONLY", true],
  ["set transaction read only", true],
  ["set default_transaction_read_only = on", true],
  ["begin", false],
  ["insert into t values ('read only')", false],
])("asks for read only: %s", (sql, readOnly) => {
  expect(sessionEffect(sql).readOnly).toBe(readOnly);
});

test("forgets the oldest texts", () => {
  for (let each = 0; each < 3000; each += 1) sessionEffect(`set a.b = ${each}`);
  expect(sessionEffect("set a.b = 0").changes).toBe(true);
});
