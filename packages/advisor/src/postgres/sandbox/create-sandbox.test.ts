import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CandidateIndex, candidateId } from "../../candidates/candidate-index.ts";
import type { IndexKey } from "../../catalog/catalog.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Plan } from "../../whatif/plan.ts";
import type { IndexConfiguration, Planner } from "../../whatif/planner.ts";
import type { Query } from "../../workload/workload.ts";
import { capture } from "../capture/capture.ts";
import { connect } from "../connect.ts";
import { parse } from "../parse.ts";
import { createSandbox } from "./create-sandbox.ts";
import { quoteIdent } from "../quote-ident.ts";

const SEED = 0.25;
const TABLES = `
  set timezone = 'UTC';
  select setseed(${SEED});
  create table customers (id bigint primary key, email text unique, country char(2), score numeric(10, 2), uid uuid, joined timestamptz);
  insert into customers select g, 'user' || g || '@example.com', (array['DE', 'US', 'FR'])[1 + floor(power(random(), 3) * 3)],
    (random() * 10000)::numeric(10, 2), md5(g::text)::uuid, '2020-01-01'::timestamptz + g * interval '1 hour'
  from generate_series(1, 60000) g;
  create table orders (id int primary key, customer_id bigint not null references customers, status text not null, total numeric(12, 2), note text);
  insert into orders select g, 1 + floor(random() * 59999), (array['done', 'done', 'done', 'open', 'new'])[1 + floor(random() * 5)],
    (random() * 1000)::numeric(12, 2), case when random() < 0.3 then repeat('n', (random() * 40)::int) end
  from generate_series(1, 300000) g;
  create index orders_customer on orders (customer_id);
  create index orders_low on orders (lower(status)) where total < 100;
  create table events (id int, kind int, at timestamptz, primary key (id, at)) partition by range (at);
  create table events_1 partition of events for values from ('2023-01-01') to ('2024-01-01');
  create table events_2 partition of events for values from ('2024-01-01') to ('2025-01-01');
  create index events_kind on events (kind);
  insert into events select g, g % 97, '2023-01-01'::timestamptz + g * interval '6 minutes' from generate_series(1, 150000) g;
  create table addresses (id int primary key, zip int, city int, street int);
  insert into addresses select g, g % 1000, (g % 1000) / 10, g % 7 from generate_series(1, 50000) g;
  create statistics addresses_zip (dependencies, ndistinct) on zip, city from addresses;
  create schema "we""ird x";
  create table "we""ird x"."Sel ect" ("a""b" int primary key, "группа" text, "from" int);
  insert into "we""ird x"."Sel ect" select g, 'x' || g % 100, g % 50 from generate_series(1, 20000) g;
  create index "we""ird i" on "we""ird x"."Sel ect" ("from");
  create schema other;
  create table other.orders (id int primary key, customer_id bigint);
  insert into other.orders select g, g % 100 from generate_series(1, 20000) g;
  create index orders_customer on other.orders (customer_id);
  vacuum analyze;`;

let database: TestDatabase;
let client: pg.Client;
let snapshot: Snapshot;
let planner: Planner;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const statement of TABLES.split(/;\n/)) await client.query(statement);
  const session = await connect(database.url);
  snapshot = await capture(session, { values: true, workload: false, node: "test" });
  await session.close();
  planner = await createSandbox(snapshot, () => undefined);
});
afterAll(async () => {
  await planner?.close();
  await client?.end();
  await database?.close();
});

async function queryOf(
  sql: string,
  samples: readonly string[] = [],
  of: Snapshot = snapshot,
): Promise<Query> {
  const parsed = await parse(sql);
  const fingerprint = parsed.kind === "query" ? parsed.fingerprint : "0000000000000000";
  const statement =
    parsed.kind === "query"
      ? parsed.describe(of.catalog)
      : { kind: "select" as const, tables: [], unresolved: [] };
  return {
    fingerprint,
    sql,
    calls: 1,
    totalMs: undefined,
    rows: undefined,
    samples: samples.map((text) => ({ sql: text, durationMs: undefined })),
    sources: [],
    callSites: [],
    statement,
  };
}

const NOTHING: IndexConfiguration = { add: [], hide: [] };

async function planOf(
  query: Query,
  configuration: Partial<IndexConfiguration> = {},
  by: Planner = planner,
): Promise<Plan> {
  const result = await by.plan(query, { ...NOTHING, ...configuration });
  if (!result.ok) throw new Error(`${query.sql}: ${result.reason}`);
  return result.plan;
}

async function realCost(sql: string): Promise<number> {
  const generic = sql.includes("$1") ? ", generic_plan" : "";
  const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: { "Total Cost": number } }] }>(
    `explain (format json${generic}) ${sql}`,
  );
  return rows[0]?.["QUERY PLAN"][0].Plan["Total Cost"] ?? Number.NaN;
}

function key(expression: string, direction: "asc" | "desc" = "asc"): IndexKey {
  const column = /^\w+$/.test(expression) ? expression : null;
  return {
    column,
    expression,
    direction,
    nulls: direction === "asc" ? "last" : "first",
    operatorClass: null,
    collation: null,
  };
}

function candidate(
  name: string,
  keys: readonly (string | IndexKey)[],
  rest: Partial<CandidateIndex> = {},
): CandidateIndex {
  const parts = keys.map((one) => (typeof one === "string" ? key(one) : one));
  return {
    table: { schema: "public", name },
    method: "btree",
    keys: parts,
    include: [],
    predicate: null,
    ...rest,
  };
}

test("restores everything", () => {
  expect(planner.gaps).toEqual([]);
  expect(planner.name).toMatch(/^sandbox \(PostgreSQL \d+\.\d+\)$/);
});

describe("plans as the server does", () => {
  test.each([
    "select * from orders where id = 5",
    "select * from orders where customer_id = 77",
    "select * from orders where customer_id = $1",
    "select * from orders where status = $1 and total > $2",
    "select * from customers where email = $1",
    "select count(*) from orders",
    "select status, sum(total) from orders group by status",
    "select * from orders where lower(status) = 'open' and total < 100",
    "select c.country, count(*) from customers c join orders o on o.customer_id = c.id group by 1 order by 2 desc",
    "select * from events where kind = 4",
    "select * from events where at between '2023-03-01' and '2023-03-02' and kind < 5",
    "select * from events_2 where kind = 4 order by at limit 4",
    "select * from addresses where zip = 77 and city = 7",
    "select zip, city, count(*) from addresses group by zip, city",
    `select * from "we""ird x"."Sel ect" where "from" = 7 and "группа" = 'x3'`,
    "select * from other.orders where customer_id = 12",
    "update orders set note = null where customer_id = 5",
    "delete from customers c where not exists (select from orders o where o.customer_id = c.id)",
    "insert into other.orders select id, customer_id from orders where status = 'new'",
    // Beyond the histograms: the real ends of indexed columns count.
    "select * from customers where id < 60",
    "select * from orders where id > 299990",
    "select * from orders where id > 400000",
    "select * from customers where joined > '2035-01-01'",
  ])("%s", async (sql) => {
    const plan = await planOf(await queryOf(sql));
    expect(plan.cost / (await realCost(sql))).toBeCloseTo(1, 3);
  });
});

test("the ends of an index are the server's, not the histogram's", async () => {
  const query = await queryOf("select * from customers where id < 60");
  expect((await planOf(query)).cost).toBeCloseTo(await realCost(query.sql), 2);
  const { columnEnds, ...rest } = snapshot;
  expect(columnEnds).toContainEqual({
    table: { schema: "public", name: "customers" },
    column: "id",
    least: "1",
    greatest: "60000",
  });
  const [end] = columnEnds ?? [];
  if (end === undefined) throw new Error("no ends were captured");
  const moved = { ...end, table: { schema: "public", name: "customers" }, column: "id" };
  const other = await createSandbox(
    { ...rest, columnEnds: [{ ...moved, least: "-4000", greatest: "60000" }] },
    () => undefined,
  );
  expect((await planOf(query, {}, other)).rows).toBeGreaterThan(500);
  await other.close();
});

test("a server before 18 does not skip over leading columns", async () => {
  const skipping = candidate("orders", ["status", "customer_id"]);
  const query = await queryOf("select * from orders where customer_id = 9");
  const hide = [{ schema: "public", name: "orders_customer" }];
  await planner.propose([skipping]);
  const newer = await planOf(query, { add: [skipping], hide });
  expect(newer.candidates).toEqual([candidateId(skipping)]);

  const older = await createSandbox(
    { ...snapshot, server: { ...snapshot.server, version: "15.4", versionNumber: 150_004 } },
    () => undefined,
  );
  await older.propose([skipping]);
  const plan = await planOf(query, { add: [skipping], hide }, older);
  expect(plan.cost).toBeGreaterThan(newer.cost * 5);
  // What was declared for that plan is taken back: the column's few values count again.
  const groups = await queryOf("select status, count(*) from orders group by status");
  expect((await planOf(groups, {}, older)).rows).toBe((await planOf(groups)).rows);
  await older.close();
});

describe("a new index", () => {
  test.each<[string, CandidateIndex, string]>([
    [
      "bigint",
      candidate("orders", ["customer_id", "status"]),
      "select * from orders where customer_id = 8 and status = 'new'",
    ],
    [
      "int, unique values",
      candidate("orders", [key("id", "desc"), "total"]),
      "select id, total from orders where id > 299000 order by id desc",
    ],
    [
      "text, few values",
      candidate("orders", ["status"]),
      "select * from orders where status = 'open'",
    ],
    [
      "text, unique values",
      candidate("customers", ["email", "country"]),
      "select * from customers where email = 'user5@example.com'",
    ],
    ["text with nulls", candidate("orders", ["note"]), "select * from orders where note = 'nnnn'"],
    ["numeric", candidate("orders", ["total"]), "select * from orders where total > 990"],
    [
      "uuid",
      candidate("customers", ["uid"]),
      "select * from customers where uid = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b'",
    ],
    [
      "timestamptz",
      candidate("customers", ["joined"]),
      "select * from customers where joined between '2022-01-01' and '2022-01-08'",
    ],
    [
      "int, few values",
      candidate("addresses", ["street"]),
      "select count(*) from addresses where street = 3",
    ],
    [
      "INCLUDE",
      candidate("orders", ["customer_id"], { include: ["total"] }),
      "select sum(total) from orders where customer_id < 500",
    ],
    [
      "partial",
      candidate("orders", ["total"], { predicate: "status = 'new'" }),
      "select * from orders where status = 'new' and total < 5",
    ],
    [
      "expression",
      candidate("customers", ["lower(email)"]),
      "select * from customers where lower(email) = 'a'",
    ],
    [
      "three columns",
      candidate("orders", ["status", "total", "customer_id"]),
      "select customer_id from orders where status = 'new' and total > 900",
    ],
    [
      "on partitions",
      candidate("events", ["kind", "at"]),
      "select * from events where kind = 4 order by at desc limit 5",
    ],
  ])("costs and weighs what it does when built: %s", async (_, index, sql) => {
    const query = await queryOf(sql);
    const before = await planOf(query);
    const [proposal] = await planner.propose([index]);
    expect(proposal).toMatchObject({ accepted: true });
    const after = await planOf(query, { add: [index] });
    await client.query("begin");
    try {
      const keys = index.keys.map((one) => `${one.expression} ${one.direction}`).join(", ");
      const include = index.include.length > 0 ? `include (${index.include.join(", ")})` : "";
      const where = index.predicate === null ? "" : `where ${index.predicate}`;
      await client.query(`create index built on ${index.table.name} (${keys}) ${include} ${where}`);
      const { rows } = await client.query<{ bytes: number }>(`
        with recursive tree as (select 'built'::regclass::oid as oid
          union all select inhrelid from pg_inherits join tree on inhparent = tree.oid)
        select sum(pg_relation_size(oid))::float8 as bytes from tree`);
      const size =
        proposal?.accepted === true ? proposal.bytes / (rows[0]?.bytes ?? 0) : Number.NaN;
      expect(Math.abs(size - 1), `size ratio ${size}, seed ${SEED}`).toBeLessThan(0.15);
      const ratio = after.cost / (await realCost(sql));
      expect(Math.abs(ratio - 1), `cost ratio ${ratio}, seed ${SEED}`).toBeLessThan(0.03);
    } finally {
      await client.query("rollback");
    }
    expect(after.candidates).toEqual([candidateId(index)]);
    expect(after.lines.join("\n")).toContain(`[new index on ${index.table.name} (`);
    // Nothing of it stays for the next plan.
    expect(await planOf(query)).toEqual(before);
  });

  test("is refused with PostgreSQL's reason, and the next one still works", async () => {
    const wrong = candidate("orders", ["nothing_there"]);
    const right = candidate("orders", ["total", "id"]);
    const proposals = await planner.propose([wrong, right]);
    expect(proposals).toMatchObject([
      { accepted: false, reason: expect.stringContaining("nothing_there") },
      { accepted: true },
    ]);
    expect(
      await planner.plan(await queryOf("select 1 from orders"), { add: [wrong], hide: [] }),
    ).toMatchObject({ ok: false });
  });

  test("of hostile names", async () => {
    const index: CandidateIndex = {
      ...candidate("Sel ect", [
        { ...key(quoteIdent("группа")), column: "группа" },
        { ...key(quoteIdent('a"b')), column: 'a"b' },
      ]),
      table: { schema: 'we"ird x', name: "Sel ect" },
    };
    expect(await planner.propose([index])).toMatchObject([{ accepted: true }]);
    const query = await queryOf(`select * from "we""ird x"."Sel ect" where "группа" = 'x3'`);
    expect((await planOf(query, { add: [index] })).candidates).toEqual([candidateId(index)]);
  });
});

describe("a hidden index", () => {
  test("is not used, and comes back", async () => {
    const query = await queryOf("select * from orders where customer_id = 77");
    const before = await planOf(query);
    expect(before.indexes).toEqual(["public.orders_customer"]);
    const without = await planOf(query, { hide: [{ schema: "public", name: "orders_customer" }] });
    expect(without.indexes).toEqual([]);
    expect(without.cost).toBeGreaterThan(before.cost * 10);
    await client.query("begin; drop index orders_customer");
    const real = await realCost(query.sql);
    await client.query("rollback");
    expect(without.cost / real).toBeCloseTo(1, 3);
    expect(await planOf(query)).toEqual(before);
  });

  test("of a partitioned table goes with those of the partitions", async () => {
    const query = await queryOf("select * from events where kind = 4");
    expect((await planOf(query)).indexes.length).toBeGreaterThan(0);
    expect(
      (await planOf(query, { hide: [{ schema: "public", name: "events_kind" }] })).indexes,
    ).toEqual([]);
  });

  test("is told from its namesake in another schema", async () => {
    const query = await queryOf("select * from other.orders where customer_id = 12");
    expect((await planOf(query)).indexes).toEqual(["other.orders_customer"]);
    const hide = [{ schema: "public", name: "orders_customer" }];
    expect((await planOf(query, { hide })).indexes).toEqual(["other.orders_customer"]);
  });
});

describe("texts", () => {
  test("several statements are never run", async () => {
    const query = await queryOf("select 1; drop table orders");
    expect(await planner.plan(query, NOTHING)).toMatchObject({ ok: false });
    for (const sql of [
      "drop table orders",
      "vacuum orders",
      "select 1 into made from orders",
      "explain analyze delete from orders",
    ]) {
      expect(await planner.plan({ ...query, sql, fingerprint: sql }, NOTHING)).toMatchObject({
        ok: false,
      });
    }
    expect((await planOf(await queryOf("select count(*) from orders"))).cost).toBeGreaterThan(1000);
  });

  test("what PostgreSQL refuses is an answer", async () => {
    const query = await queryOf("select nothing from orders");
    expect(await planner.plan(query, NOTHING)).toEqual({
      ok: false,
      reason: 'column "nothing" does not exist',
    });
  });

  test("a sample plans where the placeholders can't, with its literals hidden", async () => {
    const sample =
      "select * from orders where array_length(array[55], 1) < id and status = 'new' and note = 'n1234'";
    const query = await queryOf(
      "select * from orders where array_length($1, $2) < id and status = $3 and note = $4",
      [sample],
    );
    expect(await planner.plan({ ...query, samples: [], fingerprint: "none" }, NOTHING)).toEqual({
      ok: false,
      reason: "could not determine polymorphic type because input has type unknown",
    });
    const plan = await planOf(query);
    expect(plan.lines.join("\n")).toMatch(/status = \?/);
    expect(plan.lines.join("\n")).not.toMatch(/1234|new|\[55|\{55/);
  });

  test("an unknown limit is that of the rows that were counted", async () => {
    const query = await queryOf("select * from orders order by id limit $1");
    const counted = await planOf({ ...query, rows: 200, calls: 10 });
    expect(counted.rows).toBe(20);
    expect((await planOf(query)).rows).toBe(30_000);
  });

  test("a comment at the end, and one in front, do no harm", async () => {
    expect(
      (await planOf(await queryOf("/* a */ select * from orders where id = 5 -- ;"))).indexes,
    ).toEqual(["public.orders_pkey"]);
  });

  test("a value beyond the histogram does not fail", async () => {
    for (const sql of [
      "select * from orders where id > 999999999",
      "select * from orders where id < -4",
      "select max(id) from orders",
    ]) {
      expect((await planOf(await queryOf(sql))).cost).toBeGreaterThan(0);
    }
  });

  test("calls are counted, repeated ones come from the cache", async () => {
    const query = await queryOf("select * from orders where id = 6 and total = 9");
    const { requests, planned } = planner.calls();
    const one = await planOf(query);
    // An index on a table that the query does not read is no other question.
    const elsewhere = candidate("addresses", ["city"]);
    await planner.propose([elsewhere]);
    expect(await planOf(query, { add: [elsewhere] })).toEqual(one);
    expect(planner.calls()).toMatchObject({ requests: requests + 2, planned: planned + 1 });
  });

  test("plans asked for at once do not see each other's indexes", async () => {
    const index = candidate("orders", ["status", "id"]);
    await planner.propose([index]);
    const query = await queryOf("select id from orders where status = 'open' and id < 70");
    const [withIt, without] = await Promise.all([planOf(query, { add: [index] }), planOf(query)]);
    expect(withIt.candidates).toEqual([candidateId(index)]);
    expect(without.candidates).toEqual([]);
  });

  test("a self-join sees the indexes it is given, again and again", async () => {
    const [total, status] = [
      candidate("orders", ["total", "status"]),
      candidate("orders", ["status", "total"]),
    ];
    await planner.propose([total, status]);
    const query = await queryOf(
      "select a.id from orders a join orders b on b.id = a.id + 1 where a.total = 7 and b.total = 8",
    );
    const costs: number[] = [];
    for (const add of [[total], [status], [total, status], [], [total, status]])
      costs.push((await planOf(query, { add })).cost);
    const [first, second, both, none, again] = costs;
    expect([both, again]).toEqual([first, first]);
    expect(first).toBeLessThan(second ?? 0);
    expect(second).toBeLessThan(none ?? 0);
  });
});

describe("another snapshot", () => {
  test("of 200 GB, which nobody has", async () => {
    const pages = 26_214_400;
    const tables = snapshot.catalog.tables.map((table) =>
      table.schema === "public" && table.name === "orders"
        ? {
            ...table,
            pages,
            currentPages: pages,
            rows: 3e9,
            allVisiblePages: pages,
            indexes: table.indexes.map((one) => ({ ...one, pages: 8_000_000, rows: 3e9 })),
          }
        : table,
    );
    const huge = { ...snapshot, catalog: { ...snapshot.catalog, tables } };
    const other = await createSandbox(huge, () => undefined);
    try {
      const query = await queryOf(
        "select * from orders where status = 'gone' and total = 4",
        [],
        huge,
      );
      const before = await planOf(query, {}, other);
      expect(before.cost).toBeGreaterThan(pages);
      const index = candidate("orders", ["total"]);
      expect(await other.propose([index])).toMatchObject([{ accepted: true }]);
      expect((await planOf(query, { add: [index] }, other)).cost).toBeLessThan(before.cost);
      expect(await planOf(query, {}, other)).toEqual(before);
      // 8,000,000 pages of int keys are four levels under the root: nothing here reads them.
      expect(
        (await planOf(await queryOf("select * from orders where id = 1"), {}, other)).lines[0],
      ).toMatch(/cost=0\.5[0-9]\.\.8\.[56]/);
    } finally {
      await other.close();
    }
  });

  test("with parts that can't be made says which, and goes on", async () => {
    const [first] = snapshot.catalog.tables.filter((table) => table.name === "customers");
    if (first === undefined) throw new Error("no table");
    const damaged: Snapshot = {
      ...snapshot,
      server: { ...snapshot.server, version: "15.4", versionNumber: 150_004 },
      settings: { ...snapshot.settings, no_such_setting: "1" },
      prelude: [
        ...snapshot.prelude,
        { kind: "extension", name: "vector", ddl: "create extension vector" },
      ],
      catalog: {
        ...snapshot.catalog,
        tables: snapshot.catalog.tables.map((table) =>
          table.name !== "customers"
            ? table
            : {
                ...table,
                columns: table.columns.map((column) =>
                  column.name === "uid" ? { ...column, type: "public.vector(3)" } : column,
                ),
              },
        ),
      },
    };
    const other = await createSandbox(damaged, () => undefined);
    try {
      expect(other.name).toMatch(/^sandbox \(PostgreSQL \d+\.\d+, server is 15\.4\)$/);
      expect(other.gaps.map((gap) => gap.object)).toEqual(
        expect.arrayContaining([
          "extension vector",
          "table public.customers",
          "setting no_such_setting",
        ]),
      );
      const query = await queryOf("select * from customers where email = 'a'", [], damaged);
      expect((await planOf(query, {}, other)).indexes).toEqual(["public.customers_email_key"]);
    } finally {
      await other.close();
    }
  });
});
