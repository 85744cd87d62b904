import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { CandidateIndex } from "../../candidates/candidate-index.ts";
import { candidateId } from "../../candidates/candidate-index.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import type { Plan, TableRead } from "../../whatif/plan.ts";
import type { Planner } from "../../whatif/planner.ts";
import type { Query } from "../../workload/workload.ts";
import { capture } from "../capture/capture.ts";
import { connect } from "../connect.ts";
import { parse } from "../parse.ts";
import { runScript, unlimited } from "../testing/run-script.ts";
import { createModelPlanner } from "./create-model-planner.ts";

const SHOP = [
  "create table ten (n int not null)",
  "insert into ten values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
  `create table customers (id bigint primary key, email varchar(100) not null, country char(2) not null, created_at datetime not null,
    unique key email (email))`,
  `create table orders (id bigint primary key, customer_id bigint not null, status varchar(10) not null, total decimal(12,2) not null,
    created_at datetime not null, note varchar(100), deleted_at datetime, key created_at (created_at))`,
  `insert into customers select n, concat('user', n, '@example.com'), elt(1 + n % 5, 'DE', 'US', 'FR', 'GB', 'NL'), '2020-01-01' + interval n hour
    from (select 1 + a.n + 10 * b.n + 100 * c.n n from ten a, ten b, ten c) t`,
  `insert into orders select n, 1 + n * 7919 % 1000, if(n % 50 = 0, 'failed', if(n % 10 = 0, 'open', 'done')), n * 7907 % 20000,
    '2022-01-01' + interval n minute, if(n % 3 = 0, null, concat('note ', n)), if(n % 100 = 0, '2024-01-01', null)
    from (select 1 + a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n n from ten a, ten b, ten c, ten d, ten e where e.n < 3) t`,
  "create view failed_orders as select * from orders where status = 'failed'",
  "analyze table customers, orders",
];

/** `orders customer_id, created_at desc, note(10)`. */
function candidate(text: string, schema: string): CandidateIndex {
  const [, name = "", keys = ""] = /^(\w+) (.*)$/.exec(text) ?? [];
  return {
    table: { schema, name },
    method: "btree",
    keys: keys.split(", ").map((part) => {
      const [, column = "", prefix, desc] = /^(\w+)(?:\((\d+)\))?( desc)?$/.exec(part) ?? [];
      return {
        column,
        expression: `\`${column}\``,
        direction: desc === undefined ? "asc" : "desc",
        nulls: desc === undefined ? "first" : "last",
        operatorClass: null,
        collation: null,
        ...(prefix !== undefined && { prefix: Number(prefix) }),
      } as const;
    }),
    include: [],
    predicate: null,
  };
}

/** Queries, an index that is not there, and nothing else: the server says what is right. */
const CASES: readonly (readonly [string, string])[] = [
  ["orders customer_id", "select * from orders where customer_id = 7"],
  ["orders status", "select * from orders where status = 'failed'"],
  ["orders total", "select * from orders where total between 100 and 110"],
  ["orders total", "select * from orders where total > 10"],
  ["orders customer_id, status", "select * from orders where customer_id = 7 and status = 'open'"],
  ["orders customer_id", "select * from orders where customer_id in (1, 2, 3)"],
  ["orders total", "select id, total from orders order by total desc limit 10"],
  [
    "orders customer_id, created_at desc",
    "select * from orders where customer_id = 9 order by created_at desc limit 5",
  ],
  ["orders note(8)", "select * from orders where note = 'note 12345'"],
  ["orders note", "select * from orders where note like 'note 123%'"],
  ["orders deleted_at", "select id from orders where deleted_at is not null"],
  ["orders customer_id", "select * from orders where customer_id = 5 or id = 17"],
  [
    "orders customer_id",
    "select c.email, o.total from customers c join orders o on o.customer_id = c.id where c.email = 'user5@example.com'",
  ],
  [
    "orders customer_id",
    "select c.id, o.id from customers c left join orders o on o.customer_id = c.id where c.id < 20",
  ],
  [
    "orders customer_id, total",
    "select c.id, (select max(o.total) from orders o where o.customer_id = c.id) from customers c where c.id < 20",
  ],
  [
    "orders customer_id",
    "select o.id from orders o where o.customer_id = 4 union all select o.id from orders o where o.id = 5",
  ],
  ["orders customer_id", "update orders set note = 'x' where customer_id = 8"],
  ["orders total", "delete from orders where total = 500"],
];

describe.each([
  { product: "MySQL", start: startMysql },
  { product: "MariaDB", start: startMariadb },
] as const)("a model of $product's planner", ({ product, start }) => {
  let database: TestDatabase;
  let session: Session;
  let writer: Session;
  let snapshot: Snapshot;
  let offline: Planner;
  let live: Planner;
  let schema: string;

  beforeAll(async () => {
    database = await start();
    await runScript(database.url, SHOP);
    session = await connect(database.url);
    writer = await unlimited(database.url);
    snapshot = await capture(session, { values: true, workload: false, node: "test" });
    schema = snapshot.server.database;
    offline = await createModelPlanner(snapshot, null);
    live = await createModelPlanner(snapshot, session);
  }, 60_000);

  afterAll(async () => {
    await session.close();
    await writer.close();
    await database.close();
  });

  async function queryOf(sql: string): Promise<Query> {
    const parsed = await parse(sql);
    if (parsed.kind !== "query") throw new Error(`not a query: ${sql}`);
    return {
      fingerprint: parsed.fingerprint,
      sql: parsed.normalized,
      calls: 1,
      totalMs: undefined,
      rows: undefined,
      samples: [{ sql, durationMs: undefined }],
      sources: [],
      callSites: [],
      statement: parsed.describe(snapshot.catalog),
    };
  }

  async function planOf(
    planner: Planner,
    sql: string,
    add: readonly CandidateIndex[] = [],
    hide: readonly string[] = [],
  ): Promise<Plan> {
    for (const proposal of await planner.propose(add)) expect(proposal.accepted).toBe(true);
    const result = await planner.plan(await queryOf(sql), {
      add,
      hide: hide.map((name) => ({ schema, name })),
    });
    if (!result.ok) throw new Error(result.reason);
    return result.plan;
  }

  /** How the server reads each table, by its own EXPLAIN; the new index is `+`. */
  async function onServer(sql: string): Promise<readonly string[]> {
    const rows = await writer.query(
      `explain ${product === "MySQL" ? "format=traditional " : ""}${sql}`,
    );
    return rows
      .filter(({ type, table }) => type !== null && !String(table).startsWith("<"))
      .flatMap(({ type, key }) =>
        (typeof key === "string" ? key.split(",") : [null]).map(
          (index) => `${String(type)} ${index === "new_index" ? "+" : index}`,
        ),
      )
      .toSorted();
  }

  const texts = ({ accesses = [], candidates }: Plan): readonly string[] =>
    accesses
      .map(
        ({ type, index }: TableRead) =>
          `${type} ${index !== null && candidates.includes(index) ? "+" : index}`,
      )
      .toSorted();

  test.each(CASES)("%s: %s", async (index, sql) => {
    const plan = await planOf(offline, sql, [candidate(index, schema)]);
    await writer.query(`create index new_index on ${index.replace(" ", " (")})`);
    try {
      expect(texts(plan)).toEqual(await onServer(sql));
    } finally {
      await writer.query("drop index new_index on orders");
    }
  });

  test("an index that helps makes a query cheaper, one that does not leaves it as it is", async () => {
    const sql = "select * from orders where customer_id = 7";
    const helps = candidate("orders customer_id", schema);
    const before = await planOf(offline, sql);
    const after = await planOf(offline, sql, [helps]);
    expect(after.candidates).toEqual([candidateId(helps)]);
    expect(after.cost).toBeLessThan(before.cost / 10);
    expect(before.scans).toEqual([`${schema}.orders`]);
    expect(after.accesses?.[0]?.rows).toBeGreaterThan(15);
    expect(after.accesses?.[0]?.rows).toBeLessThan(60);
    const other = await planOf(offline, sql, [candidate("orders total", schema)]);
    expect(other.cost).toBe(before.cost);
    expect(other.candidates).toEqual([]);
  });

  test("an index ends with the primary key: it holds and orders it", async () => {
    const index = candidate("orders status", schema);
    const held = await planOf(offline, "select id from orders where status = 'failed'", [index]);
    expect(held.lines[0]).toContain("using only [new index on `orders` (`status`)]");
    const whole = await planOf(offline, "select * from orders where status = 'failed'", [index]);
    expect(whole.cost).toBeGreaterThan(held.cost * 2);
    const sql = "select id from orders where status = 'failed' order by";
    const ordered = await planOf(offline, `${sql} id desc`, [index]);
    const sorted = await planOf(offline, `${sql} status, id desc, note`, [index]);
    expect(ordered.lines[0]).not.toContain("Sort");
    expect(sorted.lines[0]).toContain("Sort");
  });

  test("an index that is hidden is not used", async () => {
    const sql = "select * from orders where created_at < '2022-01-01 01:00:00'";
    const before = await planOf(offline, sql);
    const after = await planOf(offline, sql, [], ["orders.created_at"]);
    expect(before.indexes).toEqual([`${schema}.orders.created_at`]);
    expect(after.indexes).toEqual([]);
    expect(after.cost).toBeGreaterThan(before.cost * 10);
  });

  test("plans say that they are estimates, and hold no values", async () => {
    const plan = await planOf(offline, "select * from orders where note = 'note 4711'", [
      candidate("orders note", schema),
    ]);
    expect(offline.capabilities.verifies).toBe(false);
    expect(plan.lines.at(-1)).toBe(`By a model of ${product}'s planner: an estimate.`);
    expect(plan.lines.join("\n")).not.toContain("4711");
  });

  test("a live server's own plan is taken where no index is asked for, and sets the scale", async () => {
    const sql = "select * from orders where customer_id = 7";
    const before = await planOf(live, sql);
    expect(before.lines.join("\n")).not.toContain("model");
    expect(before.lines.join("\n")).toContain("Condition");
    const after = await planOf(live, sql, [candidate("orders customer_id", schema)]);
    const [modelBefore, modelAfter] = [
      await planOf(offline, sql),
      await planOf(offline, sql, [candidate("orders customer_id", schema)]),
    ];
    expect(after.cost / before.cost).toBeCloseTo(modelAfter.cost / modelBefore.cost, 6);
    // What helps nothing leaves the server's plan.
    expect(await planOf(live, sql, [candidate("orders total", schema)])).toEqual(before);
  });

  test("views, derived tables, shapes without values and writes have plans", async () => {
    const index = candidate("orders status", schema);
    const view = await planOf(offline, "select count(*) from failed_orders", [index]);
    expect(view.candidates).toEqual([candidateId(index)]);
    const derived = await planOf(
      offline,
      "select c.email from customers c join (select customer_id, count(*) n from orders where status = 'failed' group by customer_id) t on t.customer_id = c.id",
      [index],
    );
    expect(derived.candidates).toEqual([candidateId(index)]);
    const shape = await queryOf("select * from orders where customer_id = 7");
    const byCustomer = candidate("orders customer_id", schema);
    const plan = await offline.plan({ ...shape, samples: [] }, { add: [byCustomer], hide: [] });
    expect(plan).toMatchObject({ ok: true, plan: { candidates: [candidateId(byCustomer)] } });
    const values = await planOf(offline, "insert into customers values (0, 'a', 'DE', now())");
    expect(values.accesses).toEqual([]);
  });

  test("what it does not know is refused", async () => {
    const [fulltext] = await offline.propose([
      { ...candidate("orders note", schema), method: "fulltext" },
    ]);
    expect(fulltext).toMatchObject({ accepted: false, reason: "the model knows btrees only" });
    const elsewhere = candidate("nothing here", schema);
    const [unknown] = await offline.propose([elsewhere]);
    expect(unknown).toMatchObject({ accepted: false });
    const query = await queryOf("select * from orders where id = 1");
    const result = await offline.plan(query, { add: [elsewhere], hide: [] });
    expect(result).toMatchObject({ ok: false });
    expect(offline.calls().planned).toBeLessThanOrEqual(offline.calls().requests);
  });
});
