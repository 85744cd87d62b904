/** What is not provably safe is sent as it is, each call for itself, and the report says why. */
import { DIALECTS, type TestDatabase } from "@dbadvise/testkit";
import { type ExpressionBuilder, type Kysely, sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AnyDatabase, kyselyOn } from "./testing/kysely-on.ts";
import { withCoalescing } from "./with-coalescing.ts";

type Db = Kysely<AnyDatabase>;
/** Runs a query with a value of its own. */
type Run = (db: Db, n: number) => Promise<unknown>;

/** `select f(..) from items where id = n`. */
const calls =
  (name: string, ...args: readonly unknown[]): Run =>
  (db, n) =>
    db
      .selectFrom("items")
      .select((eb) =>
        eb
          .fn(
            name,
            args.map((arg) => eb.lit(arg as number)),
          )
          .as("result"),
      )
      .where("id", "=", n)
      .execute();

/** The same with the value as the argument. */
const callsWithValue =
  (name: string, value: (n: number) => unknown): Run =>
  (db, n) =>
    db
      .selectFrom("items")
      .select((eb) => eb.fn(name, [eb.val(value(n))]).as("result"))
      .where("id", "=", n)
      .execute();

const byId = (db: Db, n: number) => db.selectFrom("items").selectAll().where("id", "=", n);

const EVERYWHERE: Record<string, Run> = {
  "no parameters": (db) => db.selectFrom("items").selectAll().execute(),
  "raw statement": (db, n) => sql`select * from items where id = ${n}`.execute(db),
  "raw column": (db, n) =>
    byId(db, n)
      .select(sql`1 + 1`.as("two"))
      .execute(),
  "raw condition": (db, n) =>
    db
      .selectFrom("items")
      .select("id")
      .where(sql<boolean>`id = ${n}`)
      .execute(),
  "raw order": (db, n) =>
    byId(db, n)
      .orderBy(sql`id + 1`)
      .execute(),
  "raw table": (db, n) =>
    db
      .selectFrom(sql<{ id: number }>`items`.as("i"))
      .select("id")
      .where("id", "=", n)
      .execute(),
  "raw modifier": (db, n) =>
    byId(db, n)
      .modifyEnd(sql`/* hint */`)
      .execute(),
  "raw SQL in a subquery": (db, n) =>
    byId(db, n)
      .where((eb) => eb.exists(eb.selectFrom("items as i").select(sql`1`.as("one"))))
      .execute(),
  "raw SQL in WITH": (db, n) =>
    db
      .with("c", (of) => of.selectFrom("items").select(sql<number>`id`.as("id")))
      .selectFrom("c")
      .select("id")
      .where("id", "=", n as never)
      .execute(),
  "for update": (db, n) => byId(db, n).forUpdate().execute(),
  "for share": (db, n) =>
    byId(db, n)
      .modifyEnd(sql`lock in share mode`)
      .execute()
      .catch(() => byId(db, n).forShare().execute()),
  "skip locked": (db, n) => byId(db, n).forUpdate().skipLocked().execute(),
  nowait: (db, n) => byId(db, n).forUpdate().noWait().execute(),
  "for update in a subquery": (db, n) =>
    byId(db, n)
      .where("id", "in", (eb: ExpressionBuilder<AnyDatabase, string>) =>
        eb.selectFrom("items as i").select("i.id").forUpdate(),
      )
      .execute(),
  explain: (db, n) => byId(db, n).explain(),
  insert: (db, n) =>
    db
      .insertInto("items")
      .values({ id: 100 + n, name: "new" })
      .execute(),
  update: (db, n) => db.updateTable("items").set({ name: "x" }).where("id", "=", n).execute(),
  delete: (db, n) =>
    db
      .deleteFrom("items")
      .where("id", "=", 1000 + n)
      .execute(),
  "insert from select": (db, n) =>
    db
      .insertInto("items")
      .columns(["id", "name"])
      .expression(db.selectFrom("items").select(["id", "name"]).where("id", "=", -n))
      .execute(),
  view: (db, n) => db.selectFrom("items_view").selectAll().where("id", "=", n).execute(),
  "view in a subquery": (db, n) =>
    byId(db, n)
      .where("id", "in", (eb: ExpressionBuilder<AnyDatabase, string>) =>
        eb.selectFrom("items_view as v").select("v.id"),
      )
      .execute(),
  "catalog view": (db, n) =>
    db
      .selectFrom("information_schema.tables")
      .select("table_name")
      .where("table_name", "=", `t${n}`)
      .execute(),
  "function of the application": callsWithValue("twice", (n) => n),
  "function that does not exist": (db, n) =>
    calls("no_such_function")(db, n).catch(() => undefined),
  streaming: async (db, n) => {
    for await (const row of byId(db, n).stream()) expect(row).toBeDefined();
  },
  "create table": (db, n) => db.schema.createTable(`made${n}`).addColumn("a", "integer").execute(),
};

/** Volatile functions of PostgreSQL, and stable ones that say something of the session. */
const POSTGRES_FUNCTIONS: Record<string, readonly unknown[]> = {
  random: [],
  clock_timestamp: [],
  timeofday: [],
  statement_timestamp: [],
  transaction_timestamp: [],
  gen_random_uuid: [],
  txid_current: [],
  txid_current_if_assigned: [],
  pg_current_xact_id: [],
  pg_backend_pid: [],
  pg_my_temp_schema: [],
  pg_is_in_recovery: [],
  pg_postmaster_start_time: [],
  pg_current_wal_lsn: [],
  pg_try_advisory_xact_lock: [1],
  pg_advisory_xact_lock: [2],
  pg_advisory_unlock_all: [],
  pg_sleep: [0],
  current_database: [],
  current_schema: [],
  inet_server_port: [],
  version: [],
  setseed: [0],
  generate_series: [1, 2],
  set_bit: [],
};

const POSTGRES: Record<string, Run> = {
  ...Object.fromEntries(
    Object.entries(POSTGRES_FUNCTIONS).map(([name, args]) => [
      name,
      name === "set_bit" ? callsWithValue("pg_notify_none", String) : calls(name, ...args),
    ]),
  ),
  nextval: callsWithValue("nextval", () => "numbers"),
  setval: (db, n) =>
    db
      .selectFrom("items")
      .select((eb) => eb.fn("setval", [eb.val("numbers"), eb.val(10 + n)]).as("v"))
      .where("id", "=", n)
      .execute(),
  set_config: (db, n) =>
    db
      .selectNoFrom((eb) => [
        eb.fn("set_config", [eb.val("app.x"), eb.val(String(n)), eb.val(false)]).as("v"),
      ])
      .execute(),
  current_setting: callsWithValue("current_setting", (n) => ["TimeZone", "DateStyle"][n % 2]),
  pg_notify: (db, n) =>
    db
      .selectNoFrom((eb) => [eb.fn("pg_notify", [eb.val("c"), eb.val(String(n))]).as("v")])
      .execute(),
  "to_regclass, by the schemas of the session": callsWithValue("to_regclass", () => "items"),
  "volatile function in WHERE": (db, n) =>
    byId(db, n)
      .where((eb) => eb(eb.fn("random"), "<", 2))
      .execute(),
  "volatile function in ORDER BY": (db, n) =>
    byId(db, n)
      .orderBy((eb) => eb.fn("random"))
      .execute(),
  "volatile function in a subquery": (db, n) =>
    byId(db, n)
      .select((eb) =>
        eb
          .selectFrom("items as i")
          .select((of) => of.fn("random").as("r"))
          .limit(1)
          .as("r"),
      )
      .execute(),
  "function in another schema with the name of a safe one": callsWithValue("app.upper", String),
  "volatile overload of a safe function": callsWithValue("initcap", String),
  "aggregate with a volatile step": (db) =>
    db
      .selectFrom("items")
      .select((eb) => eb.fn("bit_xor", ["id"]).as("m"))
      .where("id", ">", 0)
      .execute(),
  "operator of the application": (db, n) =>
    db
      .selectFrom("items")
      .select((eb) => eb("name", "^", eb.val(String(n))).as("x"))
      .where("id", "=", n)
      .execute(),
  "policy that calls a volatile function": (db, n) =>
    db.selectFrom("guarded").selectAll().where("id", "=", n).execute(),
  "insert in WITH": (db, n) =>
    db
      .with("made", (of) =>
        of
          .insertInto("items")
          .values({ id: 200 + n, name: "made" })
          .returning("id"),
      )
      .selectFrom("made")
      .selectAll()
      .execute(),
  "update in WITH": (db, n) =>
    db
      .with("made", (of) =>
        of.updateTable("items").set({ name: "y" }).where("id", "=", n).returning("id"),
      )
      .selectFrom("made")
      .selectAll()
      .execute(),
  "delete in WITH": (db, n) =>
    db
      .with("gone", (of) =>
        of
          .deleteFrom("items")
          .where("id", "=", 900 + n)
          .returning("id"),
      )
      .selectFrom("gone")
      .selectAll()
      .execute(),
  "a clause that is on no list": (db, n) => byId(db, n).orderBy("id").fetch(1).execute(),
  "for no key update": (db, n) => byId(db, n).forNoKeyUpdate().execute(),
  "for key share": (db, n) => byId(db, n).forKeyShare().execute(),
  "foreign table": (db, n) =>
    db
      .selectFrom("far")
      .selectAll()
      .where("id", "=", n)
      .execute()
      .catch(() => undefined),
  "system view": (db, n) =>
    db.selectFrom("pg_stat_activity").select("pid").where("pid", "=", n).execute(),
  "row value": (db, n) =>
    db
      .selectFrom("items")
      .select("id")
      .where((eb) => eb("place", "=", eb.val(`(${n})`)))
      .execute()
      .catch(() => undefined),
  "aggregate of a parameter alone": (db, n) =>
    db
      .selectFrom("items")
      .select((eb) => eb.fn("sum", [eb.cast(eb.val(n), "integer")]).as("sum"))
      .execute(),
  "set, raw": (db, n) => sql.raw(`set application_name = 'a${n}'`).execute(db),
};

const MYSQL_FUNCTIONS: Record<string, readonly unknown[]> = {
  rand: [],
  uuid: [],
  uuid_short: [],
  sleep: [0],
  sysdate: [],
  last_insert_id: [],
  row_count: [],
  found_rows: [],
  connection_id: [],
  user: [],
  current_user: [],
  session_user: [],
  database: [],
  version: [],
  random_bytes: [4],
  benchmark: [1, 1],
  release_all_locks: [],
};

const MYSQL: Record<string, Run> = {
  ...Object.fromEntries(
    Object.entries(MYSQL_FUNCTIONS).map(([name, args]) => [name, calls(name, ...args)]),
  ),
  get_lock: (db, n) =>
    db.selectNoFrom((eb) => [eb.fn("get_lock", [eb.val(`l${n}`), eb.lit(0)]).as("v")]).execute(),
  release_lock: callsWithValue("release_lock", (n) => `l${n}`),
  is_free_lock: callsWithValue("is_free_lock", (n) => `l${n}`),
  is_used_lock: callsWithValue("is_used_lock", (n) => `l${n}`),
  load_file: callsWithValue("load_file", () => "/nowhere"),
  "last_insert_id with a value": callsWithValue("last_insert_id", (n) => n),
  "user variable": (db, n) => sql`select @x := ${n} as x`.execute(db),
  "user variable in a column": (db, n) =>
    byId(db, n)
      .select(sql`@x`.as("x"))
      .execute(),
  "system variable": (db, n) =>
    byId(db, n)
      .select(sql`@@sql_mode`.as("x"))
      .execute(),
  sql_calc_found_rows: (db, n) =>
    byId(db, n)
      .modifyFront(sql`sql_calc_found_rows`)
      .execute(),
  "lock in share mode": (db, n) =>
    byId(db, n)
      .modifyEnd(sql`lock in share mode`)
      .execute(),
  "volatile function in WHERE": (db, n) =>
    byId(db, n)
      .where((eb) => eb(eb.fn("rand"), "<", 2))
      .execute(),
  "volatile function in ORDER BY": (db, n) =>
    byId(db, n)
      .orderBy((eb) => eb.fn("rand"))
      .execute(),
  "parameter in a column": (db, n) =>
    byId(db, n)
      .select((eb) => eb.val(n).as("n"))
      .execute(),
  "parameter in an expression of a column": (db, n) =>
    db
      .selectFrom("items")
      .select((eb) => eb("id", "*", n + 0.5).as("half"))
      .where("id", "=", n)
      .execute(),
  "parameter in a column of WITH": (db, n) =>
    db
      .with("c", (of) => of.selectFrom("items").select((eb) => eb.val(n).as("n")))
      .selectFrom("c")
      .select("n")
      .execute(),
  "columns of one name in a set operation": (db, n) =>
    db
      .selectFrom("items")
      .select(["id", "name", "id"])
      .where("id", "=", n)
      .unionAll(db.selectFrom("items").select(["id", "name", "id"]).where("id", "=", -n))
      .execute(),
  "an object as a value": (db, n) =>
    db
      .selectFrom("items")
      .select("id")
      .where("id", "=", { id: n } as never)
      .execute()
      .catch(() => undefined),
  "set, raw": (db) => sql.raw("set @a = 1").execute(db),
  call: (db) => sql.raw("call nothing()").execute(db),
  "limit of the session": (db, n) => byId(db, n).execute(),
};

const OWN = { postgres: POSTGRES, mysql: MYSQL, mariadb: MYSQL };

const PREPARATIONS: Record<keyof typeof OWN, readonly string[]> = {
  postgres: [
    "create type place as (x int)",
    "alter table items add column place place",
    "create sequence numbers",
    "create function twice(int) returns int language sql as 'select $1 * 2'",
    "create function pg_notify_none(text) returns text language sql as 'select $1'",
    "create schema app",
    "create function app.upper(text) returns text language sql volatile as 'select $1'",
    "create function initcap(int) returns int language sql volatile as 'select $1'",
    "create function step(int, int) returns int language sql volatile as 'select $1'",
    "create aggregate app.bit_xor(int) (sfunc = step, stype = int)",
    "create function power_of(text, text) returns text language sql volatile as 'select $1'",
    "create operator ^ (leftarg = text, rightarg = text, function = power_of)",
    "create table guarded (id int primary key)",
    "alter table guarded enable row level security",
    "create policy chance on guarded using (random() < 2)",
    "create foreign data wrapper nothing",
    "create server nowhere foreign data wrapper nothing",
    "create foreign table far (id int) server nowhere",
  ],
  mysql: [
    "create function twice(n int) returns int deterministic return n * 2",
    "create procedure nothing() do 0",
  ],
  mariadb: [
    "create function twice(n int) returns int deterministic return n * 2",
    "create procedure nothing() do 0",
  ],
};

/** Said of the session before the case is run. */
const SESSIONS: Record<string, string> = { "limit of the session": "set sql_select_limit = 5" };

test("the table has at least sixty cases", () => {
  expect(Object.keys({ ...EVERYWHERE, ...POSTGRES, ...MYSQL }).length).toBeGreaterThanOrEqual(60);
});

describe.each(DIALECTS)("$name", ({ name, start }) => {
  let database: TestDatabase;
  const sent: string[] = [];
  let plain: Db;

  beforeAll(async () => {
    database = await start();
    plain = kyselyOn[name](database.url, 1, ({ query }) => sent.push(query.sql));
    await sql`create table items (id int primary key, name varchar(20))`.execute(plain);
    await sql`insert into items values (1, 'one'), (2, 'two'), (3, 'three')`.execute(plain);
    await sql`create view items_view as select * from items`.execute(plain);
    for (const statement of PREPARATIONS[name]) await sql.raw(statement).execute(plain);
  });
  afterAll(async () => {
    await plain?.destroy();
    await database?.close();
  });

  test.each(Object.entries({ ...EVERYWHERE, ...OWN[name] }))("%s", async (which, run) => {
    const session = SESSIONS[which];
    if (session !== undefined) await sql.raw(session).execute(plain);
    const db = withCoalescing(plain);
    sent.length = 0;
    await Promise.all([1, 2, 3].map((n) => run(db, n)));
    if (session !== undefined) await sql.raw("set sql_select_limit = default").execute(plain);
    expect(
      sent.filter((text) => /__dbadvise_call/.test(text) && !/^(?:prepare|explain) /.test(text)),
    ).toEqual([]);
    const { shapes } = db.coalescing.report();
    expect(shapes.length).toBeGreaterThan(0);
    const streamed = which === "streaming";
    for (const shape of shapes) {
      expect(shape.statements).toBe(shape.calls);
      expect(streamed || shape.notMerged !== undefined, shape.sql).toBe(true);
    }
  });

  test("beside them, the safe query is merged", async () => {
    const db = withCoalescing(plain);
    const rows = await Promise.all([1, 2, 3].map((n) => byId(db, n).executeTakeFirst()));
    expect(rows.map((row) => row?.["id"])).toEqual([1, 2, 3]);
    expect(db.coalescing.report()).toMatchObject({ calls: 3, statements: 1 });
  });
});
