import { expect, test } from "vitest";
import type { SchemaAction } from "../../migration/schema-action.ts";
import { describeMigration } from "./describe-migration.ts";

async function actionsOf(sql: string): Promise<readonly SchemaAction[]> {
  const described = await describeMigration(sql, "public");
  if (described.kind !== "actions") throw new Error(JSON.stringify(described));
  return described.actions;
}

async function only(sql: string): Promise<SchemaAction> {
  const [action, ...more] = await actionsOf(sql);
  if (action === undefined || more.length > 0) throw new Error(`not one action: ${sql}`);
  return action;
}

const T = { schema: "public", name: "t" };
const U = { schema: "s", name: "u" };

test.for<[sql: string, expected: object]>([
  ["drop table t cascade", { kind: "drop-table", table: T, cascade: true }],
  ["truncate s.u", { kind: "truncate", table: U }],
  ["alter table t rename to u", { kind: "rename-table", to: { schema: "public", name: "u" } }],
  ["alter table t set schema s", { kind: "rename-table", to: { schema: "s", name: "t" } }],
  ["alter table t drop column a", { kind: "drop-column", table: T, column: "a" }],
  ["alter table s.u rename a to b", { kind: "rename-column", table: U, column: "a", to: "b" }],
  [
    "alter table t alter a type varchar(50) using a::varchar",
    { kind: "set-column-type", column: "a", type: "varchar(50)", using: "a::varchar" },
  ],
  ["alter table t alter a set not null", { kind: "set-not-null", column: "a" }],
  ["alter table t alter a drop not null", { kind: "drop-not-null", column: "a" }],
  ["alter table t alter a set default now()", { kind: "set-default", default: "now()" }],
  ["alter table t alter a drop default", { kind: "set-default", default: null }],
  [
    "alter table t alter a add generated always as identity",
    { kind: "add-identity", table: T, column: "a" },
  ],
  ["alter table t validate constraint c", { kind: "validate-constraint", name: "c" }],
  ["alter table t drop constraint c", { kind: "drop-constraint", name: "c" }],
  ["drop index concurrently s.u", { kind: "drop-index", index: U, concurrently: true }],
  ["alter index s.u rename to v", { kind: "rename-index", index: U, to: "v" }],
  ["reindex index s.u", { kind: "reindex", index: U, table: null, concurrently: false }],
  ["reindex (concurrently) table t", { kind: "reindex", table: T, concurrently: true }],
  ["reindex (concurrently off) table t", { kind: "reindex", concurrently: false }],
  ["reindex database d", { kind: "reindex", table: null, index: null }],
  [
    "alter table t attach partition s.u for values in (1)",
    { kind: "attach-partition", table: T, partition: U },
  ],
  [
    "alter table t detach partition s.u concurrently",
    { kind: "detach-partition", concurrently: true },
  ],
  ["vacuum full t", { kind: "rewrite-table", table: T, command: "VACUUM FULL" }],
  ["vacuum (full off) t", { kind: "other", command: "VACUUM" }],
  ["vacuum full", { kind: "rewrite-table", table: null }],
  ["cluster t using i", { kind: "rewrite-table", table: T, command: "CLUSTER" }],
  ["refresh materialized view t", { kind: "rewrite-table", command: "REFRESH MATERIALIZED VIEW" }],
  ["refresh materialized view concurrently t", { kind: "other" }],
  ["alter table t set tablespace x", { kind: "rewrite-table", table: T }],
  ["alter table t alter a set expression as (1)", { kind: "rewrite-table", table: T }],
  ["alter table t set unlogged", { kind: "set-logged", logged: false }],
  [
    "create trigger x before update on t for each row execute function f()",
    { kind: "create-trigger", table: T, name: "x" },
  ],
  ["drop trigger x on s.u", { kind: "drop-trigger", table: U, name: "x" }],
  ["drop type s.u", { kind: "drop-type", name: U }],
  ["insert into t values (1)", { kind: "write-rows", command: "insert" }],
  ["update t set a = 1", { kind: "write-rows", command: "update", filtered: false }],
  ["delete from t where a = 1", { kind: "write-rows", command: "delete", filtered: true }],
  ["copy t from stdin", { kind: "write-rows", command: "insert" }],
  [
    "set local lock_timeout = '5s'",
    { kind: "set-timeout", setting: "lock", ms: 5000, local: true },
  ],
  ["set statement_timeout = 90000", { kind: "set-timeout", setting: "statement", ms: 90_000 }],
  ["set lock_timeout to default", { kind: "set-timeout", setting: "lock", ms: 0 }],
  [
    "select set_config('lock_timeout', '1.5min', true)",
    { kind: "set-timeout", setting: "lock", ms: 90_000, local: true },
  ],
  ['set search_path to "$user", "My", public', { kind: "set-schema", schema: "My", local: false }],
  [
    "select pg_catalog.set_config('search_path', 'Shop, public', false)",
    { kind: "set-schema", schema: "shop" },
  ],
  ["start transaction", { kind: "transaction", command: "begin" }],
  ["end", { kind: "transaction", command: "commit" }],
  ["rollback to savepoint a", { kind: "other" }],
  ["create view v as select 1", { kind: "other", command: "CREATE VIEW" }],
  ["create policy p on t", { kind: "other", table: T }],
  ["alter table t enable row level security", { kind: "other", table: T }],
  ["alter table t owner to x", { kind: "other", table: T }],
  ["alter type e add value 'x'", { kind: "add-enum-value" }],
  ["select count(*) from t", { kind: "other", command: "SELECT" }],
])("%s", async ([sql, expected]) => {
  expect(await only(sql)).toMatchObject(expected);
});

test("reads a table with all that its columns and constraints say", async () => {
  const sql = `create table if not exists s.u (
    id bigserial, k uuid not null default gen_random_uuid(), n numeric(10, 2) default 0,
    t int references t (id), d int generated always as (n + 1) stored, i int generated by default as identity,
    primary key (id), constraint positive check (n > 0 and k is not null), unique (n, t), like t
  ) inherits (s.p)`;
  expect(await only(sql)).toEqual({
    kind: "create-table",
    table: U,
    temporary: false,
    ifNotExists: true,
    partitionOf: null,
    columnsOf: [T, { schema: "s", name: "p" }],
    columns: [
      column("id", "bigserial", { notNull: true, fill: "volatile", serial: true }),
      column("k", "uuid", { notNull: true, fill: "volatile", default: "gen_random_uuid()" }),
      column("n", "numeric(10, 2)", { fill: "constant", default: "0" }),
      column("t", "int", {}),
      column("d", "int", { fill: "volatile", generated: "stored" }),
      column("i", "int", { fill: "volatile", identity: true, notNull: true }),
    ],
    constraints: [
      constraint("foreign-key", ["t"], {
        foreignKey: { columns: ["t"], references: T, referencedColumns: ["id"] },
      }),
      constraint("primary-key", ["id"], {}),
      constraint("check", ["n", "k"], {
        name: "positive",
        expression: "n > 0 AND k IS NOT NULL",
        impliesNotNull: ["k"],
      }),
      constraint("unique", ["n", "t"], {}),
    ],
  });
});

function column(name: string, type: string, rest: object): object {
  const plain = { notNull: false, fill: "none", default: null, generated: null };
  return { name, type, ...plain, identity: false, serial: false, ...rest };
}

function constraint(kind: string, columns: readonly string[], rest: object): object {
  const plain = { name: null, notValid: false, usingIndex: null, foreignKey: null };
  return { kind, columns, ...plain, expression: null, impliesNotNull: [], ...rest };
}

test.for([
  ["partition of t for values in (1)", { partitionOf: T }],
  ["(a int) partition by range (a)", { partitioned: true }],
  ["as select 1 as a", { columns: [] }],
] as const)("create table x %s", async ([rest, expected]) => {
  expect(await only(`create table x ${rest}`)).toMatchObject(expected);
});

test("temporary tables are named as others are", async () => {
  expect(await only("create temp table t (a int)")).toMatchObject({ table: T, temporary: true });
  expect(await only("create table pg_temp.t (a int)")).toMatchObject({
    table: T,
    temporary: true,
  });
});

test("reads each clause of an ALTER TABLE", async () => {
  const kinds = (await actionsOf("alter table t add a int, drop b, alter c set not null")).map(
    ({ kind }) => kind,
  );
  expect(kinds).toEqual(["add-column", "drop-column", "set-not-null"]);
});

test.for([
  ["unique using index i", { kind: "unique", usingIndex: "i" }],
  ["check (a > 0) not valid", { kind: "check", notValid: true }],
  ["check (a > 0) not enforced", { kind: "check", notValid: true }],
  ["foreign key (a) references t not valid", { kind: "foreign-key", notValid: true }],
  ["constraint n not null a not valid", { kind: "not-null", columns: ["a"], notValid: true }],
  ["exclude using gist (a with =, (lower(b)) with &&)", { columns: ["a", "lower(b)"] }],
] as const)("add %s", async ([clause, expected]) => {
  expect(await only(`alter table t add ${clause}`)).toMatchObject({
    kind: "add-constraint",
    constraint: expected,
  });
});

test("reads an index", async () => {
  const sql =
    'create unique index concurrently if not exists i on only s.u using gin (lower(a) text_ops desc, "B") where c > 0';
  expect(await only(sql)).toEqual({
    kind: "create-index",
    ifNotExists: true,
    index: {
      name: "i",
      table: U,
      keys: ["(lower(a)) text_ops DESC", '"B"'],
      unique: true,
      method: "gin",
      concurrently: true,
      predicate: "c > 0",
      only: true,
    },
  });
});

test.for([
  ["1", "constant"],
  ["'{}'::jsonb", "constant"],
  ["-1", "constant"],
  ["array[]::text[]", "constant"],
  ["null", "none"],
  ["null::text", "none"],
  ["now()", "stable"],
  ["current_timestamp + interval '1 day'", "stable"],
  ["(now() at time zone 'utc')", "stable"],
  ["current_user", "stable"],
  ["random()", "volatile"],
  ["coalesce(clock_timestamp(), now())", "volatile"],
  ["nextval('s'::regclass)", "volatile"],
  ["extensions.uuid_generate_v4()", "volatile"],
  ["public.now()", "unknown"],
  ["next_id()", "unknown"],
] as const)("a default of %s is %s", async ([value, fill]) => {
  expect(await only(`alter table t add a text default ${value}`)).toMatchObject({
    column: { fill },
  });
});

test.for([
  ["a is not null", ["a"]],
  ["t.a is not null and (b is not null and a > 0)", ["a", "b"]],
  ["a is not null or b is not null", []],
  ["a > 0", []],
  ["not (a is not null)", []],
] as const)("a check of %s keeps NULL out of %s", async ([condition, columns]) => {
  expect(await only(`alter table t add check (${condition})`)).toMatchObject({
    constraint: { impliesNotNull: columns },
  });
});

test("rows that WITH writes", async () => {
  expect(
    await actionsOf(
      "with old as (delete from t where a = 1 returning *) insert into s.u table old",
    ),
  ).toMatchObject([
    { kind: "write-rows", table: T, command: "delete" },
    { kind: "write-rows", table: U, command: "insert" },
  ]);
});

test.for([
  "do $$ begin end $$",
  "call p()",
  "execute x",
  "select create_hypertable('t', 'time')",
  "select s.count(1)",
  "drop schema s cascade",
  "drop owned by x",
  "alter domain d add check (value > 0)",
  "create table a (b int); do $$ begin end $$",
])("%s does not say what it does", async (sql) => {
  expect((await describeMigration(sql, "public")).kind).toBe("opaque");
});

test("text that is not SQL is an error with its place", async () => {
  expect(await describeMigration("alter tabel t add a int", "public")).toEqual({
    kind: "error",
    message: 'syntax error at or near "tabel"',
    position: 6,
  });
});

test("comments alone do nothing", async () => {
  expect(await actionsOf("-- nothing\n")).toEqual([]);
  expect(await actionsOf(" \n")).toEqual([]);
});

test("a schema made with its tables holds them", async () => {
  expect(await actionsOf("create schema s create table u (a int)")).toMatchObject([
    { kind: "other" },
    { kind: "create-table", table: U },
  ]);
});

test("settings of a session end with it", async () => {
  expect((await actionsOf("discard all")).map(({ kind }) => kind)).toEqual([
    "set-timeout",
    "set-timeout",
    "set-schema",
  ]);
});
