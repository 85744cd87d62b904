import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ChangedSnapshot } from "../../catalog/changed-snapshot.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Planner } from "../../whatif/planner.ts";
import type { Query } from "../../workload/workload.ts";
import { capture } from "../capture/capture.ts";
import { connect } from "../connect.ts";
import { parse } from "../parse.ts";
import { changeSnapshot } from "./change-snapshot.ts";
import { createSandbox } from "./create-sandbox.ts";

const TABLES = `
  select setseed(0.25);
  create type mood as enum ('sad', 'ok', 'happy');
  create table customers (id bigint primary key, email text unique, old_note text, country text, city text, mood mood, score int);
  insert into customers select g, 'user' || g || '@example.com', 'n', (array['DE', 'US', 'FR'])[1 + g % 3], 'c' || g % 3,
    (array['sad', 'ok', 'happy'])[1 + floor(random() * 3)]::mood, floor(random() * 10000) from generate_series(1, 40000) g;
  create statistics customers_place (ndistinct, dependencies) on country, city from customers;
  create table orders (id int primary key, customer_id bigint not null references customers, status text not null, total numeric(12, 2), at timestamptz);
  insert into orders select g, 1 + floor(random() * 39999), (array['done', 'done', 'open'])[1 + floor(random() * 3)],
    (random() * 1000)::numeric(12, 2), '2024-01-01'::timestamptz + g * interval '1 minute' from generate_series(1, 120000) g;
  create index orders_customer on orders (customer_id);
  create index orders_status on orders (status);
  create index orders_lower on orders (lower(status)) where total < 100;
  create view open_orders as select * from orders where status = 'open';
  create table events (id int, kind int, at timestamptz, primary key (id, at)) partition by range (at);
  create table events_1 partition of events for values from ('2023-01-01') to ('2024-01-01');
  create table events_2 partition of events for values from ('2024-01-01') to ('2025-01-01');
  insert into events select g, g % 97, '2023-01-01'::timestamptz + g * interval '12 minutes' from generate_series(1, 80000) g;
  vacuum analyze;`;

let database: TestDatabase;
let snapshot: Snapshot;

beforeAll(async () => {
  database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const statement of TABLES.split(/;\n/)) await client.query(statement);
  await client.end();
  const session = await connect(database.url);
  snapshot = await capture(session, { values: true, workload: false, node: "test" });
  await session.close();
});
afterAll(async () => {
  await database?.close();
});

function change(...statements: readonly string[]): Promise<ChangedSnapshot> {
  return changeSnapshot(snapshot, statements, () => undefined);
}

async function planners<Result>(
  of: readonly Snapshot[],
  use: (planners: readonly Planner[]) => Promise<Result>,
): Promise<Result> {
  const open: Planner[] = [];
  try {
    for (const each of of) open.push(await createSandbox(each, () => undefined));
    return await use(open);
  } finally {
    for (const planner of open) await planner.close();
  }
}

async function queryOf(sql: string, { catalog }: Snapshot): Promise<Query> {
  const parsed = await parse(sql);
  if (parsed.kind !== "query") throw new Error(sql);
  return {
    fingerprint: parsed.fingerprint,
    sql,
    calls: 1,
    totalMs: undefined,
    rows: undefined,
    samples: [],
    sources: [],
    callSites: [],
    statement: parsed.describe(catalog),
  };
}

async function costOf(planner: Planner | undefined, sql: string, of: Snapshot): Promise<number> {
  const result = await planner?.plan(await queryOf(sql, of), { add: [], hide: [] });
  return result?.ok === true ? result.plan.cost : Number.NaN;
}

/** Costs on the real database with the statements really run there, and rolled back afterwards. */
async function realCosts(
  statements: readonly string[],
  queries: readonly string[],
): Promise<readonly number[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query("begin");
    for (const statement of statements) await client.query(statement);
    const costs: number[] = [];
    for (const sql of queries) {
      const { rows } = await client.query<{ "QUERY PLAN": [{ Plan: { "Total Cost": number } }] }>(
        `explain (format json) ${sql}`,
      );
      costs.push(rows[0]?.["QUERY PLAN"][0].Plan["Total Cost"] ?? Number.NaN);
    }
    return costs;
  } finally {
    await client.query("rollback");
    await client.end();
  }
}

const QUERIES = [
  "select * from orders where id = 5",
  "select * from orders where customer_id = 77",
  "select * from orders where status = 'open' and total > 900",
  "select * from customers where email = 'user7@example.com'",
  "select c.country, count(*) from customers c join orders o on o.customer_id = c.id group by 1",
  "select country, city, count(*) from customers group by country, city",
  "select * from open_orders order by id limit 10",
  "select * from events where kind = 4 and at > '2024-02-01'",
];

describe("without DDL that a plan depends on", () => {
  test.each([
    ["no statement at all", []],
    [
      "rows, rights, comments, triggers and transactions",
      [
        "begin",
        "insert into customers (id) values (1)",
        "update orders set status = 'x'",
        "grant select on orders to reporting",
        "alter table orders owner to nobody_here",
        "comment on table orders is 'many'",
        "commit",
      ],
    ],
  ])("%s: it is the same snapshot", async (_, statements) => {
    const changed = await change(...statements);
    expect(changed.snapshot).toBe(snapshot);
    expect(changed).toMatchObject({ changes: [], failed: [], notes: [] });
  });

  test("what a statement does not touch costs the same to the last digit", async () => {
    const changed = await change("create table elsewhere (id int primary key)");
    await planners([snapshot, changed.snapshot], async ([before, after]) => {
      for (const sql of QUERIES)
        expect(await costOf(after, sql, snapshot), sql).toBe(await costOf(before, sql, snapshot));
    });
  });
});

describe("costs are those of the real database after the same statements", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      "new indexes",
      [
        "create index concurrently orders_at on orders (at)",
        "create index on orders (total) where status = 'open'",
        "create index on events (kind)",
      ],
      [
        "select * from orders where at > '2024-03-20'",
        "select * from orders where status = 'open' and total > 995",
        "select * from events where kind = 4",
      ],
    ],
    [
      "dropped indexes",
      ["drop index orders_customer, orders_status"],
      [
        "select * from orders where customer_id = 77",
        "select count(*) from orders where status = 'open'",
      ],
    ],
    [
      "renamed tables and columns",
      [
        "alter table orders rename to purchases",
        "alter table purchases rename column customer_id to buyer",
        "alter index orders_customer rename to purchases_buyer",
      ],
      [
        "select * from purchases where buyer = 77",
        "select * from purchases where status = 'open' and total > 900",
        "select * from open_orders where id < 500",
      ],
    ],
    [
      "a dropped column before others",
      ["alter table customers drop column old_note"],
      [
        "select country, city, count(*) from customers group by country, city",
        "select * from customers where country = 'DE' and city = 'c1'",
        "select * from customers where score < 500",
      ],
    ],
    [
      "a constraint",
      [
        "alter table orders add constraint positive check (total >= 0)",
        "alter table customers add unique (score, id)",
      ],
      ["select * from customers where score = 70", "select * from orders where total > 999"],
    ],
  ])("%s", async (_, statements, queries) => {
    const changed = await change(...statements);
    expect(changed.failed).toEqual([]);
    expect(changed.notes).toEqual([]);
    const real = await realCosts(
      statements.map((sql) => sql.replace("concurrently", "")),
      queries,
    );
    await planners([changed.snapshot], async ([planner]) => {
      for (const [number, sql] of queries.entries()) {
        const cost = await costOf(planner, sql, changed.snapshot);
        expect(cost / (real[number] ?? Number.NaN), sql).toBeGreaterThan(0.97);
        expect(cost / (real[number] ?? Number.NaN), sql).toBeLessThan(1.03);
      }
    });
  });
});

describe("a new type", () => {
  test("keeps the statistics of values that can be cast", async () => {
    const changed = await change("alter table customers alter column score type bigint");
    const [before] = snapshot.statistics.filter(({ column }) => column === "score");
    const [after] = changed.snapshot.statistics.filter(({ column }) => column === "score");
    expect(after).toMatchObject({
      averageWidth: 8,
      histogram: before?.histogram?.replaceAll(/(\d+)/g, '"$1"'),
    });
    expect(changed.notes).toEqual([]);
    expect(changed.changes).toEqual([
      expect.objectContaining({ change: "retyped", column: "score", to: "bigint", position: 0 }),
    ]);
    const sql = "select * from customers where score < 500";
    await planners([snapshot, changed.snapshot], async ([old, now]) => {
      expect((await costOf(now, sql, snapshot)) / (await costOf(old, sql, snapshot))).toBeCloseTo(
        1,
        1,
      );
    });
  });

  test("sorts values anew where their order is another one", async () => {
    const changed = await change("alter table customers alter column score type text");
    const [after] = changed.snapshot.statistics.filter(({ column }) => column === "score");
    const values = (after?.histogram ?? "").slice(2, -2).split('","');
    expect(values.length).toBeGreaterThan(50);
    expect(values).toEqual(values.toSorted());
  });

  test("says which values it could not take", async () => {
    const changed = await change(
      "alter table customers alter column country type int using length(country)",
    );
    expect(changed.notes).toEqual([
      "public.customers.country has a new type, integer, that its sampled values can't be cast to: plans that depend on its values are guesses",
    ]);
  });
});

test("a column that takes another's place has its statistics", async () => {
  const changed = await change(
    "alter table customers add column score_new bigint",
    "alter table customers drop column score",
    "alter table customers rename column score_new to score",
  );
  expect(changed.snapshot.statistics.filter(({ column }) => column === "score")).toHaveLength(1);
});

test("a table that is made anew is told", async () => {
  const changed = await change(
    "drop table events",
    "create table events (id int, kind int, at timestamptz)",
  );
  expect(changed.notes).toEqual([
    "public.events is dropped and made anew: it is taken to hold as many rows as before, and the same values",
  ]);
});

test("each change has its statement, also where a statement hides it", async () => {
  const { changes, failed } = await change(
    "alter table no_such_table add column x int",
    "do $$ begin execute 'alter table orders drop column total'; end $$",
    "drop view open_orders; drop type mood cascade",
    "create extension pg_trgm",
    "create index on orders using gin (status gin_trgm_ops)",
  );
  expect(failed).toEqual([
    { position: 0, reason: 'relation "no_such_table" does not exist' },
    {
      position: 1,
      reason: expect.stringContaining("other objects depend on it") as string,
    },
  ]);
  const told = changes.map(
    ({ position, change: what, kind, name, column }) =>
      `${position} ${what} ${kind} ${name.name}${column === null ? "" : `.${column}`}`,
  );
  expect(told).toEqual(
    expect.arrayContaining([
      "2 dropped view open_orders",
      "2 dropped type mood",
      "2 dropped column customers.mood",
      "4 created index orders_status_idx",
    ]),
  );
});
