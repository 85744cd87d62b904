import { describe, expect, test } from "vitest";
import { sessionEffect } from "./session-effect.ts";

const NONE = { changes: false, database: false, nextTransaction: false, readOnly: false };

describe("texts that leave nothing behind", () => {
  test.each([
    "",
    "  ;  ",
    "select 1",
    "SELECT * FROM t WHERE a = ?",
    "(select 1) union (select 2)",
    "with a as (select 1) select * from a",
    "insert into t values ('set @x = 1; use other')",
    "insert into t values (\"get_lock(1)\", 'it''s @me')",
    "insert into t values ('a\\\\b', 'it\\'s')",
    "select `@x`, `get_lock`, `a``b@c` from t",
    "select 1 -- set @x = 1",
    "select 1 # use other",
    "/* set @x := 1 */ select 1 /* ; use other */",
    "select /*+ SET_VAR(sql_mode = '') */ 1",
    "select @@sql_mode, @@session.time_zone",
    "start transaction; insert into t values (1); commit",
    "BEGIN",
    "begin work",
    "rollback to savepoint a",
    "create table temporary_things (id int)",
    "select release_lock('a')",
    "update t set target_lock = 1, forget_locks = (1)",
    "drop table t",
    "explain select 1",
  ])("%s", (sql) => {
    expect(sessionEffect(sql)).toEqual(NONE);
  });
});

describe("texts that change the session", () => {
  test.each([
    "set names utf8mb4",
    "SET @x = 1",
    "set session sql_mode = ''",
    "/* a */ -- b\n # c\n set @x = 1",
    "/*!40101 SET NAMES utf8 */",
    "/*!SET NAMES utf8 */",
    "/*M!100100 set @x = 1 */",
    "select 1; set @x = 1",
    "select @x := 1",
    "select 1 into @x",
    "load data infile 'f' into table t (@a, b) set c = @a",
    "select GET_LOCK('a', 1)",
    "select get_lock ('a', 1)",
    "do get_lock('a', 1)",
    "select service_get_write_locks('a', 'b', 1)",
    "create temporary table t (id int)",
    "create or replace temporary table t (id int)",
    "lock tables t write",
    "flush tables with read lock",
    "prepare p from 'select 1'",
    "execute p",
    "call anything()",
    "handler t open",
    "xa start 'x'",
    "begin not atomic set @x = 1; end",
    "set statement max_statement_time = 1 for select 1",
    "change master to master_host = 'a'",
    "an unknown statement",
    "'unterminated; set @x = 1",
    "set transaction read only; start transaction",
    // With NO_BACKSLASH_ESCAPES the literal ends at the second quote.
    "select 'a\\', @x := 1, 'b'",
  ])("%s", (sql) => {
    expect(sessionEffect(sql).changes).toBe(true);
  });
});

test("the default database", () => {
  expect(sessionEffect("use other")).toEqual({ ...NONE, changes: true, database: true });
  expect(sessionEffect("drop schema a; select 1").database).toBe(true);
});

test("the next transaction alone, and read-only ones", () => {
  expect(sessionEffect("set transaction isolation level serializable")).toEqual({
    ...NONE,
    nextTransaction: true,
  });
  expect(sessionEffect("start transaction read only")).toEqual({ ...NONE, readOnly: true });
  expect(sessionEffect("start transaction with consistent snapshot, read  only").readOnly).toBe(
    true,
  );
  expect(sessionEffect("set session transaction_read_only = 1").readOnly).toBe(true);
});

test("large texts are judged in bounded time, and are not kept", () => {
  const rows = "('it''s \\'quoted\\'', 1),".repeat(100_000);
  expect(sessionEffect(`insert into t values ${rows}`)).toEqual(NONE);
  expect(sessionEffect(`insert into t values ${rows} ; set @x = 1`).changes).toBe(true);
});
