import { expect, test } from "vitest";
import { alteredTable, changesPartitions, rungsFor, withRung } from "./alter-ladder.ts";

const INPLACE = { algorithm: "INPLACE", lock: "NONE" } as const;

/** In one line, with single spaces. */
function asked(sql: string): string | undefined {
  return withRung(sql, INPLACE)?.replaceAll(/\s+/g, " ").trim();
}

test.each([
  ["alter table t add x int", "alter table t ALGORITHM=INPLACE, LOCK=NONE, add x int"],
  ["ALTER TABLE `a b` ADD x INT", "ALTER TABLE `a b` ALGORITHM=INPLACE, LOCK=NONE, ADD x INT"],
  ["alter table s.t add x int", "alter table s.t ALGORITHM=INPLACE, LOCK=NONE, add x int"],
  [
    "alter table if exists t wait 5 add x int",
    "alter table if exists t wait 5 ALGORITHM=INPLACE, LOCK=NONE, add x int",
  ],
  [
    "alter online table t nowait add x int",
    "alter online table t nowait ALGORITHM=INPLACE, LOCK=NONE, add x int",
  ],
  [
    "alter table t add x int, algorithm=copy, lock=shared",
    "alter table t ALGORITHM=INPLACE, LOCK=NONE, add x int",
  ],
  [
    "alter table t algorithm=copy, lock=shared, add x int",
    "alter table t ALGORITHM=INPLACE, LOCK=NONE, add x int",
  ],
  [
    "alter table t algorithm copy, add x int, lock = default, add y int",
    "alter table t ALGORITHM=INPLACE, LOCK=NONE, add x int , add y int",
  ],
  [
    "alter table t add algorithm int, add lock int",
    "alter table t ALGORITHM=INPLACE, LOCK=NONE, add algorithm int, add lock int",
  ],
  [
    "alter table t add s varchar(9) default 'algorithm=copy', add key (a, b)",
    "alter table t ALGORITHM=INPLACE, LOCK=NONE, add s varchar(9) default 'algorithm=copy', add key (a, b)",
  ],
  [
    "alter table t partition by hash (id) partitions 2",
    "alter table t ALGORITHM=INPLACE, LOCK=NONE partition by hash (id) partitions 2",
  ],
  [
    "alter table t remove partitioning",
    "alter table t ALGORITHM=INPLACE, LOCK=NONE remove partitioning",
  ],
  [
    "alter table t add partition partitions 1",
    "alter table t ALGORITHM=INPLACE, LOCK=NONE, add partition partitions 1",
  ],
  ["create index i on t (a)", "create index i on t (a) ALGORITHM=INPLACE LOCK=NONE"],
  [
    "create unique index i using btree on t (a) algorithm=copy lock=shared",
    "create unique index i using btree on t (a) ALGORITHM=INPLACE LOCK=NONE",
  ],
  ["drop index i on t", "ALTER TABLE t ALGORITHM=INPLACE, LOCK=NONE, DROP INDEX i"],
  [
    "drop index `i` on s.t lock=none",
    "ALTER TABLE s.t ALGORITHM=INPLACE, LOCK=NONE, DROP INDEX `i`",
  ],
  [
    "/* why */ alter table t add x int -- more",
    "/* why */ alter table t ALGORITHM=INPLACE, LOCK=NONE, add x int -- more",
  ],
  [
    "set statement lock_wait_timeout = 5 for alter table t add x int",
    "set statement lock_wait_timeout = 5 for alter table t ALGORITHM=INPLACE, LOCK=NONE, add x int",
  ],
])("asks in place of what is asked: %s", (sql, expected) => {
  expect(asked(sql)).toBe(expected);
});

test.each([
  "create table t (id int)",
  "drop table t",
  "rename table a to b",
  "truncate t",
  "alter database d charset utf8mb4",
  "alter view v as select 1",
  "insert into t values (1)",
  "alter table t",
  "",
])("takes no ALGORITHM: %s", (sql) => {
  expect(asked(sql)).toBeUndefined();
});

test.each([
  ["alter table t add x int", 8],
  ["alter table t add x int, algorithm=default, lock=default", 8],
  ["alter table t add x int, algorithm=copy", 3],
  ["alter table t add x int, algorithm=inplace, lock=none", 1],
  ["alter table t add x int, algorithm=instant", 1],
  ["alter table t add x int, lock=shared", 3],
  ["alter table t add lock int", 8],
])("leaves open what the statement leaves open: %s", (sql, count) => {
  expect(rungsFor(sql)).toHaveLength(count);
});

test.each([
  ["alter table t add x int", { schema: "s", name: "t" }],
  ["alter table if exists `o``x`.`T` add x int", { schema: "o`x", name: "T" }],
  ["create fulltext index i on t (a)", { schema: "s", name: "t" }],
  ["drop index i on o.t", { schema: "o", name: "t" }],
  ["alter table t rename index a to b", { schema: "s", name: "t" }],
  ["drop table t", null],
  ["create table t (a int, index on_ (a))", null],
])("alters: %s", (sql, table) => {
  expect(alteredTable(sql, "s")).toEqual(table);
});

test("which changes of partitions write none anew", () => {
  expect(changesPartitions("alter table t add partition partitions 1")).toBe(true);
  expect(changesPartitions("alter table t drop partition p0")).toBe(true);
  expect(changesPartitions("alter table t partition by hash (id)")).toBe(false);
  expect(changesPartitions("alter table t add `partition` int")).toBe(false);
});
