import { describe, expect, test } from "vitest";
import { describeMigration } from "./describe-migration.ts";

const T = { schema: "shop", name: "t" };
const table = (name: string, schema = "shop") => ({ schema, name });
const index = (rest: object) => [
  {
    kind: "create-index",
    index: { table: T, unique: false, method: "btree", concurrently: false, ...rest },
  },
];
const constraint = (rest: object) => [{ kind: "add-constraint", table: T, constraint: rest }];
const column = (rest: object) => [{ kind: "add-column", table: T, column: rest }];
const other = (command: string) => [{ kind: "other", command, table: T }];

/** Statements and all that they do, in order. */
const STATEMENTS: readonly (readonly [string, readonly object[]])[] = [
  // Columns
  [
    "alter table t add x int",
    column({ name: "x", type: "int", notNull: false, fill: "none", default: null, serial: false }),
  ],
  [
    "ALTER TABLE `t` ADD COLUMN `x y` VARCHAR(50) NOT NULL",
    column({ name: "x y", type: "varchar(50)", notNull: true }),
  ],
  ["alter table t add column if not exists x int first", column({ name: "x", type: "int" })],
  [
    "alter table t add x int unsigned default 5 after y",
    column({ type: "int unsigned", fill: "constant", default: "5" }),
  ],
  ["alter table t add x int default -5", column({ fill: "constant", default: "-5" })],
  [
    "alter table t add x varchar(9) default 'a, b'",
    column({ fill: "constant", default: "'a, b'" }),
  ],
  ["alter table t add x int default null", column({ fill: "none" })],
  ["alter table t add x boolean default true", column({ fill: "constant" })],
  [
    "alter table t add x datetime default current_timestamp on update current_timestamp",
    column({ fill: "stable", default: "current_timestamp" }),
  ],
  [
    "alter table t add x datetime(3) default current_timestamp(3)",
    column({ type: "datetime(3)", fill: "stable", default: "current_timestamp(3)" }),
  ],
  ["alter table t add x datetime default (now())", column({ fill: "stable", default: "(now())" })],
  [
    "alter table t add x char(36) default (uuid())",
    column({ fill: "volatile", default: "(uuid())" }),
  ],
  ["alter table t add x json default (json_object('a', 1))", column({ fill: "unknown" })],
  [
    "alter table t add x int auto_increment unique",
    column({ notNull: true, serial: true, fill: "volatile" }),
  ],
  ["alter table t add x serial", column({ serial: true, notNull: true })],
  ["alter table t add x int as (y * 2) stored", column({ generated: "stored" })],
  [
    "alter table t add x int generated always as (y * 2) virtual not null",
    column({ generated: "virtual", notNull: true }),
  ],
  ["alter table t add x int as (y * 2) persistent", column({ generated: "stored" })],
  ["alter table t add x int as (concat('stored', y))", column({ generated: "virtual" })],
  ["alter table t add x enum('a', 'b,c') not null", column({ type: "enum('a', 'b,c')" })],
  [
    "alter table t add x varchar(20) character set latin1 collate latin1_bin not null",
    column({ type: "varchar(20) character set latin1 collate latin1_bin", notNull: true }),
  ],
  ["alter table t add x int comment 'not null, unique'", column({ notNull: false })],
  [
    "alter table t add (x int, y decimal(10, 2) not null)",
    [...column({ name: "x" }), ...column({ name: "y", type: "decimal(10, 2)", notNull: true })],
  ],
  ["alter table t add x int, add y int", [...column({ name: "x" }), ...column({ name: "y" })]],
  [
    "alter table t add x int primary key",
    [{ kind: "add-column", constraints: [{ kind: "primary-key", columns: ["x"] }] }],
  ],
  [
    "alter table t add x int references c (id)",
    [
      {
        kind: "add-column",
        constraints: [
          {
            kind: "foreign-key",
            foreignKey: { references: table("c"), referencedColumns: ["id"] },
          },
        ],
      },
    ],
  ],
  [
    "alter table t add x int check (x > 0)",
    [{ kind: "add-column", constraints: [{ kind: "check", expression: "x > 0" }] }],
  ],
  ["alter table t drop x", [{ kind: "drop-column", table: T, column: "x" }]],
  ["alter table t drop column if exists `x`", [{ kind: "drop-column", column: "x" }]],
  [
    "alter table t drop x, drop column y",
    [
      { kind: "drop-column", column: "x" },
      { kind: "drop-column", column: "y" },
    ],
  ],
  [
    "alter table t rename column x to y",
    [{ kind: "rename-column", table: T, column: "x", to: "y" }],
  ],
  [
    "alter table t modify x bigint not null",
    [
      { kind: "set-column-type", table: T, column: "x", type: "bigint" },
      { kind: "set-not-null", column: "x" },
    ],
  ],
  [
    "alter table t modify column x bigint first",
    [{ kind: "set-column-type", type: "bigint" }, { kind: "drop-not-null" }],
  ],
  [
    "alter table t change x y bigint",
    [
      { kind: "set-column-type", column: "x" },
      { kind: "drop-not-null", column: "x" },
      { kind: "rename-column", column: "x", to: "y" },
    ],
  ],
  [
    "alter table t change column x X bigint not null",
    [{ kind: "set-column-type" }, { kind: "set-not-null" }],
  ],
  ["alter table t alter x set default 5", [{ kind: "set-default", column: "x", default: "5" }]],
  [
    "alter table t alter column x set default (uuid())",
    [{ kind: "set-default", default: "(uuid())" }],
  ],
  ["alter table t alter column x drop default", [{ kind: "set-default", default: null }]],
  // Indexes
  ["alter table t add index i (a, b desc)", index({ name: "i", keys: ["a", "b"] })],
  ["alter table t add key (a(10))", index({ name: null, keys: ["a"] })],
  ["alter table t add index i using btree (a)", index({ name: "i", keys: ["a"] })],
  ["alter table t add fulltext index i (a)", index({ name: "i", method: "fulltext" })],
  ["alter table t add spatial key (g)", index({ method: "spatial" })],
  ["alter table t add index i ((lower(a)), b)", index({ keys: ["(lower(a))", "b"] })],
  ["create index i on t (a)", index({ name: "i", keys: ["a"] })],
  [
    "create index if not exists i on `o`.`t` (a)",
    [{ kind: "create-index", ifNotExists: true, index: { table: table("t", "o") } }],
  ],
  ["create unique index i on t (a) comment 'x'", index({ unique: true })],
  ["create fulltext index i on t (a) with parser ngram", index({ method: "fulltext" })],
  ["create or replace index i using btree on t (a)", index({ name: "i" })],
  ["alter table t drop index i", [{ kind: "drop-index", index: table("i"), table: T }]],
  ["alter table t drop key if exists i", [{ kind: "drop-index", index: table("i") }]],
  ["drop index i on t", [{ kind: "drop-index", index: table("i"), table: T }]],
  ["drop index `i` on o.t algorithm=inplace", [{ kind: "drop-index", table: table("t", "o") }]],
  ["alter table t rename index i to j", [{ kind: "rename-index", index: table("i"), to: "j" }]],
  ["alter table t rename key i to j", [{ kind: "rename-index" }]],
  // Constraints
  ["alter table t add primary key (id)", constraint({ kind: "primary-key", columns: ["id"] })],
  [
    "alter table t add unique (a, b)",
    constraint({ kind: "unique", name: null, columns: ["a", "b"] }),
  ],
  ["alter table t add unique key u (a)", constraint({ kind: "unique", name: "u" })],
  ["alter table t add constraint u unique (a)", constraint({ kind: "unique", name: "u" })],
  [
    "alter table t add constraint f foreign key (c_id) references c (id) on delete cascade",
    constraint({
      kind: "foreign-key",
      name: "f",
      foreignKey: { columns: ["c_id"], references: table("c"), referencedColumns: ["id"] },
    }),
  ],
  [
    "alter table t add foreign key (c_id) references o.c (id)",
    constraint({ kind: "foreign-key", name: null, foreignKey: { references: table("c", "o") } }),
  ],
  [
    "alter table t add constraint check (a > (b))",
    constraint({ kind: "check", name: null, expression: "a > (b)" }),
  ],
  [
    "alter table t add constraint c check (a in (1, 2)) not enforced",
    constraint({ kind: "check", name: "c" }),
  ],
  ["alter table t drop primary key", [{ kind: "drop-constraint", name: "PRIMARY" }]],
  ["alter table t drop foreign key f", [{ kind: "drop-constraint", name: "f" }]],
  ["alter table t drop constraint if exists c", [{ kind: "drop-constraint", name: "c" }]],
  ["alter table t drop check c", [{ kind: "drop-constraint", name: "c" }]],
  // Whole tables
  [
    "alter table t engine=InnoDB",
    [{ kind: "rewrite-table", table: T, command: "ALTER TABLE ... engine=InnoDB" }],
  ],
  ["alter table t force", [{ kind: "rewrite-table" }]],
  ["alter table t row_format=compressed key_block_size=8", [{ kind: "rewrite-table" }]],
  ["optimize table t", [{ kind: "rewrite-table", table: T, command: "OPTIMIZE TABLE" }]],
  [
    "alter table t convert to character set utf8mb4 collate utf8mb4_bin",
    [{ kind: "convert-charset", charset: "utf8mb4" }],
  ],
  ["alter table t convert to charset utf8mb4", [{ kind: "convert-charset", charset: "utf8mb4" }]],
  [
    "alter table t comment = 'x, y', add x int",
    [...other("ALTER TABLE ... comment = 'x, y'"), ...column({ name: "x" })],
  ],
  [
    "alter table t partition by range (id) (partition p0 values less than (9))",
    other("ALTER TABLE ... partition by range (id) (partition p0 values less than (9))"),
  ],
  ["alter table t drop partition p0", other("ALTER TABLE ... partition p0")],
  ["alter table t add x int, algorithm=inplace, lock=none", column({ name: "x" })],
  ["alter table t rename to u", [{ kind: "rename-table", table: T, to: table("u") }]],
  ["alter table t rename as o.u", [{ kind: "rename-table", to: table("u", "o") }]],
  [
    "rename table t to u, a.b to c.d",
    [
      { kind: "rename-table", table: T, to: table("u") },
      { kind: "rename-table", table: table("b", "a"), to: table("d", "c") },
    ],
  ],
  ["truncate t", [{ kind: "truncate", table: T }]],
  ["truncate table o.t", [{ kind: "truncate", table: table("t", "o") }]],
  [
    "drop table if exists t, o.u cascade",
    [
      { kind: "drop-table", table: T },
      { kind: "drop-table", table: table("u", "o") },
    ],
  ],
  ["drop temporary table t", [{ kind: "other", command: "DROP TEMPORARY TABLE" }]],
  [
    "create table if not exists t (id int auto_increment primary key, a int, key i (a), constraint f foreign key (a) references c (id)) engine=InnoDB",
    [
      {
        kind: "create-table",
        table: T,
        ifNotExists: true,
        temporary: false,
        columns: [{ name: "id", serial: true }, { name: "a" }],
        constraints: [{ kind: "primary-key" }, { kind: "foreign-key", name: "f" }],
      },
      { kind: "create-index", index: { name: "i", keys: ["a"] } },
    ],
  ],
  ["create table t like o.u", [{ kind: "create-table", columnsOf: [table("u", "o")] }]],
  ["create table t (like u)", [{ kind: "create-table", columnsOf: [table("u")] }]],
  ["create table t as select 1 as a", [{ kind: "create-table", table: T, columns: [] }]],
  ["create temporary table t (a int)", [{ kind: "create-table", temporary: true }]],
  [
    "create or replace table t (`key` int, `index` int)",
    [{ kind: "create-table", columns: [{ name: "key" }, { name: "index" }] }],
  ],
  // Words before and around
  ["/* why */ alter -- then\n table t # now\n add x int", column({ name: "x" })],
  ["alter online table t add x int", column({ name: "x" })],
  ["alter ignore table t add x int", column({ name: "x" })],
  ["alter table if exists o.t wait 5 add x int", [{ kind: "add-column", table: table("t", "o") }]],
  ["alter table t nowait add x int", column({ name: "x" })],
  ["/*!50100 alter table t add x int */", column({ name: "x" })],
  [
    "set statement lock_wait_timeout = 5 for alter table t add x int, add y int",
    [...column({ name: "x" }), ...column({ name: "y" })],
  ],
  // Rows
  ["insert into t values (1)", [{ kind: "write-rows", table: T, command: "insert" }]],
  ["insert ignore t set a = 1", [{ kind: "write-rows", table: T }]],
  ["replace into t select * from u where a = 1", [{ kind: "write-rows", command: "insert" }]],
  ["update t set a = 1", [{ kind: "write-rows", command: "update", filtered: false }]],
  [
    "update low_priority t set a = (select 1 from u where b = 2)",
    [{ kind: "write-rows", filtered: false }],
  ],
  ["update t set a = 1 where b", [{ kind: "write-rows", filtered: true }]],
  ["delete from t", [{ kind: "write-rows", command: "delete", filtered: false }]],
  ["delete from t limit 10", [{ kind: "write-rows", filtered: true }]],
  [
    "with c as (select 1 where 1) update t set a = 1",
    [{ kind: "write-rows", command: "update", filtered: false }],
  ],
  // Session
  ["set lock_wait_timeout = 5", [{ kind: "set-timeout", setting: "lock", ms: 5000, local: false }]],
  [
    "set session lock_wait_timeout := 5, sql_mode = ''",
    [{ kind: "set-timeout", setting: "lock", ms: 5000 }],
  ],
  ["set @@session.lock_wait_timeout=5", [{ kind: "set-timeout", setting: "lock", ms: 5000 }]],
  ["set max_statement_time = 1.5", [{ kind: "set-timeout", setting: "statement", ms: 1500 }]],
  [
    "set session max_execution_time = 1500",
    [{ kind: "set-timeout", setting: "statement", ms: 1500 }],
  ],
  ["set global lock_wait_timeout = 5", [{ kind: "other", command: "SET" }]],
  ["set names utf8mb4", [{ kind: "other", command: "SET" }]],
  ["use `o`", [{ kind: "set-schema", schema: "o" }]],
  ["start transaction", [{ kind: "transaction", command: "begin" }]],
  ["begin", [{ kind: "transaction", command: "begin" }]],
  ["commit", [{ kind: "transaction", command: "commit" }]],
  ["rollback", [{ kind: "transaction", command: "rollback" }]],
  // Everything else
  [
    "create trigger g before insert on t for each row set @a = 1",
    [{ kind: "create-trigger", table: T, name: "g" }],
  ],
  [
    "create definer=`me`@`%` trigger g after update on o.t for each row set @a = 1",
    [{ kind: "create-trigger", table: table("t", "o") }],
  ],
  ["create view v as select 1", [{ kind: "other", command: "CREATE VIEW" }]],
  [
    "create definer = current_user procedure p() select 1",
    [{ kind: "other", command: "CREATE PROCEDURE" }],
  ],
  ["drop view v", [{ kind: "other", command: "DROP VIEW" }]],
  ["grant select on t to me", [{ kind: "other", command: "GRANT" }]],
  ["analyze table t", [{ kind: "other", command: "ANALYZE" }]],
];

test("there are enough statements", () => {
  expect(STATEMENTS.length).toBeGreaterThan(100);
});

test.each(STATEMENTS)("%s", async (sql, expected) => {
  const described = await describeMigration(sql, "shop");
  expect(described).toMatchObject({ kind: "actions", actions: expected });
  expect(described).toHaveProperty("actions.length", expected.length);
});

describe("what does not stand in the text", () => {
  test.each(["call p()", "prepare s from 'drop table t'", "execute s", "do sleep(1)"])(
    "%s",
    async (sql) => {
      expect(await describeMigration(sql, "shop")).toMatchObject({ kind: "opaque" });
    },
  );
});

test.each([
  "",
  "alter",
  "alter table",
  "create table t (",
  "alter table t add",
  "drop table",
  "'open",
  "🚚 (((",
])("is never an error of this reader: %j", async (sql) => {
  expect((await describeMigration(sql, "shop")).kind).toBe("actions");
});
