import { readFileSync } from "node:fs";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Index, Table } from "../../catalog/catalog.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { CaptureOptions, Session } from "../../engine.ts";
import { capture, captureUsage } from "./capture.ts";
import { connect } from "../connect.ts";

const OPTIONS: CaptureOptions = { values: true, workload: true, node: "db:5432/shop" };

let database: TestDatabase;
let owner: pg.Client;
let session: Session;
let rich: Snapshot;
let versionNumber: number;
const role = `dbadvise_reader_${process.pid}_${Date.now()}`;

async function clientOf(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

/** Captures as the role that may read only what it was granted. */
async function captureAsReader(options: Partial<CaptureOptions> = {}): Promise<Snapshot> {
  const client = await clientOf(database.url);
  await client.query(`set session authorization ${role}`);
  try {
    return await capture(
      {
        query: async (sql, values) =>
          (await client.query(sql, values ? [...values] : undefined)).rows,
        close: () => client.end(),
      },
      { ...OPTIONS, ...options },
    );
  } finally {
    await client.end();
  }
}

beforeAll(async () => {
  database = await startPostgres();
  owner = await clientOf(database.url);
  await owner.query(readFileSync(new URL("capture.fixture.sql", import.meta.url), "utf8"));
  await owner.query(`create role ${role}`);
  session = await connect(database.url);
  rich = await capture(session, OPTIONS);
  versionNumber = rich.server.versionNumber;
});
afterAll(async () => {
  await session.close();
  await owner.query(`drop owned by ${role}; drop role ${role}`);
  await owner.end();
  await database.close();
});

function tableOf(snapshot: Snapshot, name: string): Table {
  const table = snapshot.catalog.tables.find((one) => one.name === name);
  if (!table) throw new Error(`no table ${name}`);
  return table;
}

function indexOf(snapshot: Snapshot, name: string): Index {
  const index = snapshot.catalog.tables
    .flatMap((table) => table.indexes)
    .find((one) => one.name === name);
  if (!index) throw new Error(`no index ${name}`);
  return index;
}

describe("structure", () => {
  it("holds every kind of table, and nothing of the system, of extensions or of a session", () => {
    expect(
      rich.catalog.tables.map((table) => `${table.schema}.${table.name} ${table.kind}`),
    ).toEqual([
      'Weird "Schema".x.select table',
      "public.guarded table",
      "public.hidden table",
      "public.never_analysed table",
      "shop.animals table",
      "shop.by_name partitioned",
      "shop.customers table",
      "shop.dogs table",
      "shop.orders partitioned",
      "shop.orders_2024 table",
      "shop.orders_rest table",
      "shop.refunds table",
      "shop.remote foreign",
      "shop.totals materialized-view",
    ]);
    expect(rich.catalog.searchPath).toEqual(["public"]);
  });

  it("keeps names as they are stored", () => {
    const table = tableOf(rich, "select");
    expect(table.columns.map((column) => column.name)).toEqual([
      "order",
      'Grüße."quoted"',
      "a234567890123456789012345678901234567890123456789012345678901_x",
    ]);
    expect(indexOf(rich, 'Índex "1".y').keys).toMatchObject([
      { column: 'Grüße."quoted"', expression: '"Grüße.""quoted"""' },
      { column: null, expression: 'lower("Grüße.""quoted""")' },
    ]);
  });

  it("describes columns with qualified types", () => {
    const columns = Object.fromEntries(
      tableOf(rich, "customers").columns.map((column) => [column.name, column]),
    );
    expect(columns["id"]).toEqual({
      name: "id",
      type: "bigint",
      notNull: true,
      collation: null,
      generated: null,
      length: 8,
      alignment: 8,
    });
    expect(columns["email"]).toMatchObject({ type: "public.citext", length: -1 });
    expect(columns["name"]).toMatchObject({ type: "text", collation: 'pg_catalog."C"' });
    expect(columns["code"]).toMatchObject({ type: "character varying(50)", collation: null });
    expect(columns["feeling"]).toMatchObject({ type: "shop.mood", length: 4, alignment: 4 });
    expect(columns["tags"]).toMatchObject({ type: "text[]" });
    expect(columns["spent"]).toMatchObject({ type: "shop.positive" });
    expect(columns["upper_name"]).toMatchObject({ generated: "upper(name)" });
    expect(tableOf(rich, "totals").columns).toMatchObject([
      { name: "customer" },
      { name: "total" },
    ]);
  });

  it("tells a virtual generated column from a stored one", async () => {
    const virtual = versionNumber >= 180_000;
    await owner.query(
      `create table public.computed (a int, b int generated always as (a + 1) ${virtual ? "virtual" : "stored"},
        c int generated always as (a + 2) stored)`,
    );
    const { columns } = tableOf(await capture(session, OPTIONS), "computed");
    expect(
      columns.map((column) => [column.name, column.generated, column.virtual ?? false]),
    ).toEqual([
      ["a", null, false],
      ["b", "(a + 1)", virtual],
      ["c", "(a + 2)", false],
    ]);
    await owner.query("drop table public.computed");
  });

  it("describes every part of an index", () => {
    const key = { operatorClass: null, collation: null };
    expect(indexOf(rich, "customers_many")).toMatchObject({
      method: "btree",
      keys: [
        { ...key, column: "name", expression: "name", direction: "desc", nulls: "first" },
        { ...key, column: "score", expression: "score", direction: "asc", nulls: "first" },
        { ...key, column: "born", expression: "born", direction: "asc", nulls: "last" },
      ],
      include: ["active", "data"],
      predicate: "active",
      unique: false,
      constraint: null,
      valid: true,
      building: false,
    });
    expect(indexOf(rich, "customers_many").rows).toBe(200);
    expect(indexOf(rich, "customers_normal").keys.map((one) => one.expression)).toEqual([
      "shop.normal(name)",
      "((score + (1)::double precision))",
    ]);
    expect(indexOf(rich, "customers_normal").expressionStatistics).toBe(true);
    expect(indexOf(rich, "customers_many").expressionStatistics).toBe(false);
    expect(indexOf(rich, "customers_trigram")).toMatchObject({
      method: "gin",
      keys: [{ operatorClass: "shop.gin_trgm_ops" }],
    });
    expect(indexOf(rich, "customers_like").keys).toMatchObject([
      { column: "code", operatorClass: "varchar_pattern_ops", collation: null },
      { column: "name", operatorClass: null, collation: "shop.plain" },
    ]);
    expect(indexOf(rich, "customers_brin").definition).toContain("pages_per_range");
    expect(indexOf(rich, "customers_born").clustered).toBe(true);
    expect(indexOf(rich, "customers_replica")).toMatchObject({
      replicaIdentity: true,
      unique: true,
      constraint: null,
    });
    expect(tableOf(rich, "customers").replicaIdentity).toBe("index");
  });

  it("describes constraints, with their own words", () => {
    expect(indexOf(rich, "customers_pkey")).toMatchObject({
      primary: true,
      unique: true,
      constraint: "customers_pkey",
      constraintDefinition: "PRIMARY KEY (id)",
    });
    expect(indexOf(rich, "refunds_order_id_key").constraintDefinition).toBe(
      "UNIQUE (order_id) DEFERRABLE",
    );
    expect(indexOf(rich, "refunds_during_excl")).toMatchObject({
      method: "gist",
      constraint: "refunds_during_excl",
      unique: false,
    });
    expect(tableOf(rich, "refunds").foreignKeys).toEqual([
      {
        name: "refunds_order",
        columns: ["order_at", "order_id"],
        references: { schema: "shop", name: "orders" },
        referencedColumns: ["at", "id"],
        onDelete: "set null",
        definition:
          "FOREIGN KEY (order_at, order_id) REFERENCES shop.orders(at, id) ON DELETE SET NULL",
      },
    ]);
    expect(tableOf(rich, "customers").checks).toEqual([
      { name: "sane", definition: "CHECK ((score >= (0)::double precision))" },
    ]);
  });

  it("knows NULLS NOT DISTINCT and the parameters of operator classes", async () => {
    const notDistinct = versionNumber >= 150_000;
    await owner.query(
      `create unique index one_null on public.hidden (secret) ${notDistinct ? "nulls not distinct" : ""} where id < 0`,
    );
    await owner.query(
      "create index signed on public.hidden using gist (secret shop.gist_trgm_ops (siglen = 32))",
    );
    const snapshot = await capture(session, OPTIONS);
    expect(indexOf(snapshot, "one_null").nullsNotDistinct).toBe(notDistinct);
    expect(indexOf(snapshot, "hidden_pkey").nullsNotDistinct).toBe(false);
    expect(indexOf(snapshot, "signed").keys[0]?.operatorClass).toBe(
      "shop.gist_trgm_ops (siglen='32')",
    );
    await owner.query("drop index public.one_null, public.signed");
  });

  it("describes partitions and inheritance, each key and index once where it was made", () => {
    expect(tableOf(rich, "orders")).toMatchObject({
      partitionKey: "RANGE (at)",
      partitionOf: null,
      foreignKeys: [{ columns: ["customer"], onDelete: "cascade" }],
    });
    expect(tableOf(rich, "by_name").partitionKey).toBe("LIST (shop.normal(name))");
    const partition = tableOf(rich, "orders_2024");
    expect(partition.partitionOf?.parent).toEqual({ schema: "shop", name: "orders" });
    expect(partition.partitionOf?.bound).toMatch(/^FOR VALUES FROM \('2024-01-01/);
    expect(partition.foreignKeys).toEqual([]);
    expect(partition.inherits).toEqual([]);
    expect(tableOf(rich, "orders_rest").partitionOf?.bound).toBe("DEFAULT");
    expect(indexOf(rich, "orders_2024_customer_idx").parent).toEqual({
      schema: "shop",
      name: "orders_customer",
    });
    expect(indexOf(rich, "orders_customer").pages).toBe(0);
    expect(tableOf(rich, "dogs")).toMatchObject({
      inherits: [{ schema: "shop", name: "animals" }],
      checks: [],
      partitionOf: null,
    });
  });

  it("gives sizes as the planner sees them", () => {
    const table = tableOf(rich, "customers");
    expect(table.rows).toBe(2000);
    expect(table.pages).toBeGreaterThan(10);
    expect(table.currentPages).toBe(table.pages);
    expect(table.storageParameters).toEqual(["fillfactor=80", "parallel_workers=3"]);
    expect(tableOf(rich, "never_analysed")).toMatchObject({ rows: -1, currentPages: 1 });
  });

  it("orders views by what they read, not by name", () => {
    expect(rich.catalog.views.map((view) => view.name)).toEqual(["b_second", "a_first"]);
    expect(rich.catalog.views[1]?.definition).toContain("shop.normal('x'::text)");
  });

  it("makes types, collations and functions in an order that works, and only functions that are needed", async () => {
    expect(rich.prelude.map((one) => `${one.kind} ${one.name}`)).toEqual(
      expect.arrayContaining([
        "schema shop",
        "extension pg_trgm",
        "collation shop.plain",
        "type shop.mood",
        "type shop.home",
        "type shop.price_range",
        "function shop.normal",
        "function shop.inner_part",
      ]),
    );
    expect(rich.prelude.map((one) => one.name)).not.toContain("shop.never_needed");
    const again = await startPostgres();
    const client = await clientOf(again.url);
    await client.query("set check_function_bodies = off");
    for (const { ddl } of rich.prelude) await client.query(ddl);
    const { rows } = await client.query(
      "select enum_range(null::shop.mood)::text as moods, shop.normal('ABC') as normal, (row('x', '{sad}', 5)::shop.address)::shop.home is not null as home, shop.price_range(1, 2) as range",
    );
    expect(rows).toEqual([
      { moods: `{"it's fine",sad,ünhappy}`, normal: "abc", home: true, range: "[1,2)" },
    ]);
    await client.end();
    await again.close();
  });

  it("reads settings as they are outside of the capture", () => {
    expect(rich.settings).toMatchObject({
      random_page_cost: "4",
      work_mem: "4MB",
      block_size: "8192",
      server_encoding: "UTF8",
      jit: expect.stringMatching(/^o/),
    });
    expect(rich.settings["DateStyle"]).not.toBe("ISO, YMD");
    expect(rich.settings).toHaveProperty("datcollate");
  });
});

describe("statistics", () => {
  const of = (snapshot: Snapshot, relation: string, column: string | number) =>
    snapshot.statistics.find((row) => row.relation.name === relation && row.column === column);

  it("holds every slot as the server's text", () => {
    expect(of(rich, "customers", "feeling")).toMatchObject({
      relation: { schema: "shop", name: "customers" },
      inherited: false,
      nullFraction: 0,
      distinct: 2,
      commonValues: "{sad,ünhappy}",
      commonFrequencies: [0.889, 0.111],
    });
    expect(of(rich, "customers", "code")).toMatchObject({
      distinct: -1,
      commonValues: null,
      histogram: expect.stringMatching(/^\{code1,/),
    });
    expect(of(rich, "customers", "seen")?.histogram).toMatch(/^\{"2024-01-01 \d\d:00:00\+00"/);
    expect(of(rich, "customers", "tags")).toMatchObject({
      commonElements: "{all,tag0,tag1,tag2,tag3,tag4}",
      elementCountHistogram: expect.arrayContaining([2]),
    });
    const span = of(rich, "customers", "span");
    const ranges = [
      span?.rangeEmptyFraction === 0,
      span?.rangeLengthHistogram?.startsWith("{10,"),
      span?.rangeBoundsHistogram?.startsWith('{"['),
    ];
    expect(ranges).toEqual(
      versionNumber >= 170_000 ? [true, true, true] : [false, undefined, undefined],
    );
  });

  it("holds those of index expressions by position, and of parents with their children", () => {
    expect(of(rich, "customers_normal", 1)).toMatchObject({ distinct: 50 });
    expect(of(rich, "customers_normal", 2)).toMatchObject({ distinct: 11 });
    expect(of(rich, "orders", "total")).toMatchObject({ inherited: true });
    expect(of(rich, "animals", "legs")).toMatchObject({ inherited: true });
  });

  it("holds extended statistics", () => {
    expect(rich.extendedStatistics).toMatchObject([
      {
        schema: "shop",
        name: "together",
        table: { schema: "shop", name: "customers" },
        definition: expect.stringMatching(
          /^CREATE STATISTICS shop.together \(ndistinct, dependencies\) ON (?:active, feeling|feeling, active) FROM shop.customers$/,
        ),
      },
    ]);
    expect(rich.extendedStatistics[0]?.ndistinct).toMatch(/\{"8, 5"|"5, 8"/);
  });

  it("leaves out every value but truth values, numbers and times when asked", async () => {
    const bare = await capture(session, { ...OPTIONS, values: false });
    expect(bare.values).toBe(false);
    const withValues = bare.statistics
      .filter(
        (row) =>
          row.commonValues ?? row.histogram ?? row.commonElements ?? row.rangeBoundsHistogram,
      )
      .map((row) => `${row.relation.name}.${row.column}`);
    expect(withValues).toEqual(
      expect.arrayContaining([
        "customers.active",
        "customers.spent",
        "customers.born",
        "customers.seen",
        "customers.score",
      ]),
    );
    for (const column of ["email", "name", "code", "feeling", "tags", "data", "span", "upper_name"])
      expect(withValues).not.toContain(`customers.${column}`);
    expect(withValues).not.toContain("guarded.owner");
    expect(withValues).not.toContain("customers_normal.1");
    expect(JSON.stringify(bare.statistics)).not.toMatch(/example\.com|secret\d|Wert|code\d|tag\d/);
    // What is left still tells how many there are and how wide.
    expect(bare.statistics.find((row) => row.column === "email")).toMatchObject({
      distinct: -1,
      averageWidth: 20,
    });
  });
});

describe("usage", () => {
  it("counts scans and writes, and says since when", async () => {
    await owner.query(
      "set enable_seqscan = off; select * from shop.customers where born = '2000-02-02'; reset enable_seqscan",
    );
    await owner.query("select pg_stat_reset_single_table_counters('public.hidden'::regclass)");
    await expect
      .poll(
        async () => {
          const usage = await captureUsage(session, "replica:5432/shop");
          return usage.indexes.find(({ index }) => index.name === "customers_born")?.scans ?? 0;
        },
        { timeout: 20_000 },
      )
      .toBeGreaterThan(0);
    const usage = await captureUsage(session, "replica:5432/shop");
    expect(usage).toMatchObject({ node: "replica:5432/shop", role: "primary" });
    expect(Date.parse(usage.since ?? "")).toBeLessThanOrEqual(Date.parse(usage.capturedAt));
    const born = usage.indexes.find(({ index }) => index.name === "customers_born");
    expect(born?.index.schema).toBe("shop");
    expect(Number.isNaN(Date.parse(born?.lastScan ?? ""))).toBe(versionNumber < 160_000);
    const table = usage.tables.find((one) => one.table.name === "customers");
    expect(table).toMatchObject({ inserts: 2000, deletes: 0 });
    expect(Date.parse(table?.lastAnalyze ?? "")).not.toBeNaN();
    expect(usage.tables.some((one) => one.table.schema.startsWith("pg_"))).toBe(false);
  });
});

describe("workload", () => {
  const gapOf = (snapshot: Snapshot): string | undefined =>
    snapshot.gaps.find((gap) => gap.object === "pg_stat_statements")?.reason;

  it("says when the extension is missing", () => {
    expect(rich.workload).toBeNull();
    expect(gapOf(rich)).toMatch(/not installed.*CREATE EXTENSION pg_stat_statements/);
  });

  it("reads statements of this database from any schema, without its own and without what may hold a password", async () => {
    await owner.query(
      'create schema "Stat s"; create extension pg_stat_statements with schema "Stat s"',
    );
    try {
      await owner.query('select "Stat s".pg_stat_statements_reset()');
      for (let n = 0; n < 3; n++)
        await owner.query("select name from shop.customers where id = $1", [n]);
      await owner.query("select shop.asked_for(2)");
      await owner.query(`alter role ${role} password 'not_to_be_seen'`);
      await capture(session, OPTIONS);
      const snapshot = await capture(session, OPTIONS);
      expect(gapOf(snapshot)).toBeUndefined();
      const events = snapshot.workload?.events ?? [];
      expect(events.map((event) => event.sql)).toEqual(
        expect.arrayContaining(["select name from shop.customers where id = $1"]),
      );
      const event = events.find(({ sql }) => sql.includes("where id ="));
      expect(event).toMatchObject({ calls: 3, rows: 2 });
      expect(event?.totalMs).toBeGreaterThan(0);
      expect(snapshot.workload).toMatchObject({ source: "pg_stat_statements" });
      expect((snapshot.workload?.seconds ?? 0) > 0).toBe(versionNumber >= 140_000);
      expect(JSON.stringify(snapshot)).not.toMatch(/not_to_be_seen|dbadvise \*\//);
      // A function that only a query names is needed to plan that query.
      expect(snapshot.prelude.map((one) => one.name)).toContain("shop.asked_for");
      expect((await capture(session, { ...OPTIONS, workload: false })).workload).toBeNull();

      expect(gapOf(await captureAsReader())).toMatch(
        /may not read it.*GRANT USAGE ON SCHEMA "Stat s"/,
      );
      await owner.query(`grant usage on schema "Stat s" to ${role}`);
      expect(gapOf(await captureAsReader())).toMatch(/hidden from role .* GRANT pg_read_all_stats/);
      await owner.query(`grant pg_read_all_stats to ${role}`);
      expect(gapOf(await captureAsReader())).toBeUndefined();

      await owner.query("set pg_stat_statements.track = none");
      await owner.query('select "Stat s".pg_stat_statements_reset()');
      expect(gapOf(await capture(session, OPTIONS))).toMatch(/holds no query/);
    } finally {
      await owner.query(
        `revoke pg_read_all_stats from ${role}; drop extension pg_stat_statements; drop schema "Stat s"`,
      );
    }
  });

  it("says when the server did not load it", async () => {
    await owner.query("create extension pg_stat_statements");
    const unloaded: Session = {
      ...session,
      query: (sql, parameters) =>
        sql.includes("s.calls")
          ? Promise.reject(
              Object.assign(new Error("pg_stat_statements must be loaded"), { code: "55000" }),
            )
          : session.query(sql, parameters),
    };
    expect(gapOf(await capture(unloaded, OPTIONS))).toMatch(
      /not loaded by the server. Add pg_stat_statements to shared_preload_libraries/,
    );
    await owner.query("drop extension pg_stat_statements");
  });
});

describe("what can't be read", () => {
  const gaps = (snapshot: Snapshot): Record<string, string> =>
    Object.fromEntries(snapshot.gaps.map((gap) => [gap.object, gap.reason]));

  it("is nothing but the never analysed table for the owner", () => {
    expect(Object.keys(gaps(rich))).toEqual(["pg_stat_statements", "table public.never_analysed"]);
    expect(gaps(rich)["table public.never_analysed"]).toContain("Run ANALYZE");
  });

  it("is said of each table, column and policy, with what to grant", async () => {
    await owner.query(
      `grant select on all tables in schema shop to ${role}; grant select on public.guarded to ${role}; grant select (id) on public.hidden to ${role}`,
    );
    const snapshot = await captureAsReader();
    const found = gaps(snapshot);
    expect(found['table Weird "Schema".x.select']).toMatch(
      /hides the statistics of its columns.*GRANT SELECT/,
    );
    expect(found["table public.hidden"]).toMatch(/columns secret /);
    expect(found["table public.guarded"]).toMatch(/Row security/);
    expect(found["table shop.customers"]).toBeUndefined();
    // The structure is there all the same, and what is hidden is taken to exist.
    expect(snapshot.catalog.tables).toHaveLength(rich.catalog.tables.length);
    expect(indexOf(snapshot, "customers_normal").expressionStatistics).toBe(true);
  });

  it("is a table that somebody has locked, with the views on it: nothing waits", async () => {
    const other = await clientOf(database.url);
    await other.query(
      "begin; refresh materialized view shop.totals; lock table shop.dogs in access exclusive mode",
    );
    // The lock goes with the connection, also when the capture fails.
    let snapshot: Snapshot;
    try {
      snapshot = await capture(session, OPTIONS);
    } finally {
      await other.end();
    }
    expect(gaps(snapshot)).toMatchObject({
      "table shop.totals": expect.stringContaining("lock"),
      "table shop.dogs": expect.stringContaining("lock"),
      "2 views": expect.stringContaining("locked"),
    });
    expect(snapshot.catalog.views).toEqual([]);
    expect(snapshot.catalog.tables.map((table) => table.name)).toContain("customers");
    expect(snapshot.catalog.tables.map((table) => table.name)).not.toContain("dogs");
  });
});

describe("an index that is being built", () => {
  it("is told from one that failed, also to a role that may not see the build", async () => {
    const blocker = await clientOf(database.url);
    await blocker.query("begin; insert into public.never_analysed values (0)");
    const builder = await clientOf(database.url);
    const built = builder.query(
      "create index concurrently slow_build on public.never_analysed (id)",
    );
    try {
      await expect
        .poll(
          async () =>
            (await owner.query("select from pg_stat_progress_create_index where index_relid <> 0"))
              .rowCount,
          { timeout: 20_000 },
        )
        .toBe(1);
      for (const snapshot of [await capture(session, OPTIONS), await captureAsReader()]) {
        expect(indexOf(snapshot, "slow_build")).toMatchObject({ valid: false, building: true });
      }
    } finally {
      await blocker.query("rollback");
      await built;
    }
    expect(indexOf(await capture(session, OPTIONS), "slow_build")).toMatchObject({
      valid: true,
      building: false,
    });
    await owner.query(
      "update pg_index set indisvalid = false where indexrelid = 'public.slow_build'::regclass",
    );
    expect(indexOf(await capture(session, OPTIONS), "slow_build")).toMatchObject({
      valid: false,
      building: false,
    });
    await blocker.end();
    await builder.end();
    await owner.query("drop index public.slow_build");
  });
});

describe("a server or a session that is of no use", () => {
  const answering = (row: Record<string, unknown>): Session => ({
    query: (sql) => Promise.resolve(sql.startsWith("select") ? [{ r: JSON.stringify(row) }] : []),
    close: () => Promise.resolve(),
  });

  it.each([
    [
      {
        versionNumber: 110_022,
        banner: "PostgreSQL 11.22 on x86_64",
        version: "11.22",
        now: "2026-01-01",
      },
      /PostgreSQL 11\.22/,
    ],
    [
      {
        versionNumber: 130_000,
        banner: "CockroachDB CCL v23.1",
        version: "13.0.0",
        now: "2026-01-01",
      },
      /CockroachDB/,
    ],
  ])("is refused: %j", async (row, said) => {
    await expect(capture(answering(row), OPTIONS)).rejects.toMatchObject({
      code: "unsupported-server",
      message: expect.stringMatching(said),
    });
  });

  it("fails with one clear error, and leaves the caller's session usable", async () => {
    const broken: Session = {
      ...session,
      query: (sql, parameters) =>
        sql.includes("from pg_depend d")
          ? session.query("select 1 / 0")
          : session.query(sql, parameters),
    };
    await expect(capture(broken, OPTIONS)).rejects.toMatchObject({
      code: "capture-failed",
      message: expect.stringContaining("division by zero"),
      cause: { code: "22012" },
    });
    expect(await session.query("select current_setting('search_path') as path")).toEqual([
      { path: '"$user", public' },
    ]);
  });
});
