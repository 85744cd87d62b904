import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { candidateId } from "../candidates/candidate-index.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { Session } from "../engine.ts";
import type { Plan } from "../whatif/plan.ts";
import { capture } from "./capture/capture.ts";
import { connect } from "./connect.ts";
import { type Explain, explainOnServer } from "./explain-on-server.ts";
import { readExplain } from "./read-explain.ts";
import { type CreatedIndex, planReader, type ReadOptions } from "./read-plan.ts";
import { runScript, unlimited } from "./testing/run-script.ts";

const SHOP = [
  "create table ten (n int)",
  "insert into ten values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
  `create table customers (id bigint primary key, email varchar(100) not null, country char(2), created_at datetime not null,
    unique key email (email))`,
  `create table orders (id bigint primary key auto_increment, customer_id bigint not null, status varchar(10) not null,
    total decimal(12,2), created_at datetime not null, note text, key created (created_at), key cust (customer_id, status))`,
  "create table items (order_id bigint not null, line int not null, product_id int not null, quantity int, primary key (order_id, line))",
  `insert into customers select n, concat('user', n, '@example.com'), elt(1 + n % 5, 'DE', 'US', 'FR', 'GB', 'NL'), '2020-01-01' + interval n minute
    from (select a.n + 10 * b.n + 100 * c.n n from ten a, ten b, ten c) t`,
  `insert into orders (customer_id, status, total, created_at) select n % 1000, elt(1 + n % 4, 'done', 'open', 'new', 'failed'), n % 777,
    '2022-01-01' + interval n minute from (select a.n + 10 * b.n + 100 * c.n + 1000 * d.n n from ten a, ten b, ten c, ten d) t`,
  "insert into items select id, 1, id % 500, id % 5 from orders union all select id, 2, id % 477, id % 7 from orders",
  "analyze table customers, orders, items",
];

describe.each([
  { product: "MySQL", start: startMysql },
  { product: "MariaDB", start: startMariadb },
] as const)("plans of $product", ({ product, start }) => {
  let database: TestDatabase;
  let session: Session;
  let writer: Session;
  let snapshot: Snapshot;
  let explain: Explain;

  beforeAll(async () => {
    database = await start();
    await runScript(database.url, SHOP);
    session = await connect(database.url);
    snapshot = await capture(session, { values: true, workload: false, node: "test" });
    // A read-only session gets no plans of writes.
    writer = await unlimited(database.url);
    explain = await explainOnServer(writer, { ...snapshot.server, product });
  });

  afterAll(async () => {
    await session.close();
    await writer.close();
    await database.close();
  });

  async function planOf(
    sql: string,
    options: ReadOptions = { redact: true },
    created: ReadonlyMap<string, CreatedIndex> = new Map(),
  ): Promise<Plan> {
    const query = { sql, tables: snapshot.catalog.tables };
    return planReader(snapshot)(await explain(sql), query, created, options);
  }

  const table = (name: string): string => `${snapshot.server.database}.${name}`;

  test("a look-up names table, index and rows", async () => {
    const plan = await planOf(
      "select * from orders o where o.customer_id = 5 and o.status = 'open'",
    );
    expect(plan.accesses).toEqual([
      { table: table("orders"), type: "ref", index: "cust", rows: expect.any(Number) },
    ]);
    expect(plan.indexes).toEqual([table("orders.cust")]);
    expect(plan.scans).toEqual([]);
    expect(plan.lines[0]).toMatch(/^ref on `o` using `cust` by `customer_id`, `status` {2}\(cost=/);
  });

  test("tables of joins, subqueries and unions are told apart by alias", async () => {
    const plan = await planOf(
      `select c.email from customers c join orders on orders.customer_id = c.id where c.country = 'DE' and orders.total > 700
       union all select email from customers as c where exists (select 1 from items o where o.order_id = c.id and o.quantity > 3)`,
    );
    const read = new Set(plan.accesses?.map((one) => one.table));
    expect(read).toEqual(new Set([table("customers"), table("orders"), table("items")]));
    expect(plan.lines[0]).toMatch(/^Union {2}\(cost=/);
  });

  test.each([
    "select * from (select customer_id, count(*) n from orders group by customer_id) t where n > 5",
    "select * from customers where id in (select customer_id from orders group by customer_id having count(*) > 3)",
    "select * from orders o where total > (select avg(total) from orders p where p.customer_id = o.customer_id)",
    "select email, (select count(*) from orders where customer_id = c.id) n from customers c order by n",
    "with latest as (select id, row_number() over (partition by customer_id order by created_at) r from orders) select * from latest where r = 1",
    "select country from customers c where not exists (select 1 from orders o where o.customer_id = c.id)",
    "insert into items select id, 3, 5, 5 from orders where total > 5",
    "update orders o join customers c on c.id = o.customer_id set o.note = 'x' where c.country = 'NL'",
    "delete from orders where total = 777",
    "select * from orders where customer_id = 7 or created_at = '2022-01-01'",
  ])("%s: reads orders, and costs something", async (sql) => {
    const plan = await planOf(sql);
    expect(plan.accesses?.map((one) => one.table)).toContain(table("orders"));
    expect(plan.cost).toBeGreaterThan(1);
    expect(plan.lines.join("\n")).not.toMatch(/'NL'|777|2022-01-01/);
  });

  test("costs of joins are the server's", async () => {
    const joins = [
      "select * from orders where total > 5",
      "select * from orders where created_at > '2022-01-06'",
      "select created_at from orders where created_at > '2022-01-06'",
      "select * from orders where customer_id = 5",
      "select * from items i join orders o on o.id = i.order_id where i.quantity > 3",
      "select straight_join c.email, o.total from customers c join orders o on o.customer_id = c.id",
      "select straight_join count(*) from customers c join orders o on o.total = c.country where c.id < 20",
    ];
    const ratios: Record<string, number> = {};
    for (const sql of joins) {
      const { cost } = await planOf(sql);
      const [row] = await writer.query("show session status like 'Last_query_cost'");
      ratios[sql] = cost / Number(row?.["Value"]);
    }
    for (const [sql, ratio] of Object.entries(ratios)) {
      expect.soft(ratio, sql).toBeGreaterThan(0.9);
      expect.soft(ratio, sql).toBeLessThan(1.1);
    }
  });

  test.each([
    // Few rows of many meet the condition: most of the index is read until enough are found.
    "select * from orders force index (created) where total = 77 order by created_at limit 5",
    // Most do.
    "select * from orders force index (created) where total > 100 order by created_at limit 50",
    // The look-up finds hundreds in the order that is asked.
    "select * from orders force index (cust) where customer_id = 5 order by id limit 3",
    "select * from orders force index (cust) where customer_id = 5 and total < 500 limit 4",
    // A range is read in its order too.
    "select * from orders where created_at > '2022-01-07' order by created_at limit 7",
    "select * from orders where created_at > '2022-01-07' order by created_at limit 7 offset 300",
    "select * from orders limit 9",
  ])("what LIMIT ends early costs as much as is really read: %s", async (sql) => {
    const reads = async (): Promise<number> =>
      (await writer.query("show session status like 'Handler_read%'")).reduce(
        (sum, row) => sum + Number(row["Value"]),
        0,
      );
    const before = await reads();
    await writer.query(sql);
    const read = (await reads()) - before;
    const { cost } = await planOf(sql);
    const whole = await planOf(sql.replace(/ limit .*/, ""));
    const all = Number((await writer.query("select count(*) as n from orders"))[0]?.["n"]);
    const [found = all] = whole.accesses?.map(({ rows }) => rows) ?? [];
    const looked = whole.accesses?.[0]?.type === "index" ? all : found;
    expect((cost / whole.cost) * looked).toBeGreaterThan(read / 3);
    expect((cost / whole.cost) * looked).toBeLessThan(read * 3 + 3);
  });

  test("a LIMIT that an index satisfies makes the plan cheap, a sort makes it dear", async () => {
    const early = await planOf("select * from orders order by created_at desc limit 10");
    expect(early.accesses).toEqual([
      { table: table("orders"), type: "index", index: "created", rows: 10 },
    ]);
    const sorted = await planOf("select * from orders order by total desc limit 10");
    expect(sorted.lines[0]).toMatch(/^Sort/);
    const unsorted = await planOf("select * from orders");
    expect(early.cost).toBeLessThan(unsorted.cost / 20);
    expect(sorted.cost).toBeGreaterThan(unsorted.cost);
  });

  test("a subquery for each row costs more than one that runs once", async () => {
    const once = await planOf("select id, (select max(total) from orders p) from orders o");
    const each = await planOf(
      "select id, (select max(total) from orders p where p.customer_id = o.customer_id) from orders o",
    );
    expect(once.lines).toContain("Subquery, once");
    expect(each.lines).toContain("Subquery, for each row");
    expect(each.cost).toBeGreaterThan(once.cost * 3);
  });

  test("writes have costs, also where the server prints none", async () => {
    const found = await planOf("update orders set note = 'x' where customer_id = 8");
    const all = await planOf("update orders set note = 'x' where total = 8");
    expect(found.indexes).toEqual([table("orders.cust")]);
    expect(all.scans).toEqual([table("orders")]);
    expect(all.cost).toBeGreaterThan(found.cost * 20);
    const values = await planOf("insert into items values (1, 9, 9, 9)");
    expect(values).toMatchObject({ cost: 0, lines: ["Rows are given"], accesses: [] });
  });

  test("values stay only where they are asked for", async () => {
    const sql =
      "select * from orders where note like 'it''s \\'secret\\' \"4711%' and total = -98712.25 and customer_id in (98111, 98222)";
    const redacted = (await planOf(sql)).lines.join("\n");
    expect(redacted).not.toMatch(/secret|4711|98712|98[12]/);
    expect(redacted).toMatch(/\?/);
    expect((await planOf(sql, { redact: false })).lines.join("\n")).toMatch(/secret.*4711/);
  });

  test("an index that is only here is a candidate", async () => {
    const [orders] = snapshot.catalog.tables.filter(({ name }) => name === "orders");
    const candidate = {
      table: { schema: snapshot.server.database, name: "orders" },
      method: "btree",
      keys: [
        {
          column: "created_at",
          expression: "`created_at`",
          direction: "asc",
          nulls: "first",
          operatorClass: null,
          collation: null,
        },
      ],
      include: [],
      predicate: null,
    } as const;
    const without = {
      ...snapshot,
      catalog: {
        ...snapshot.catalog,
        tables: [{ ...orders!, indexes: orders!.indexes.filter(({ name }) => name !== "created") }],
      },
    };
    const sql = "select created_at from orders where created_at > '2022-01-06'";
    const plan = planReader(without)(
      await explain(sql),
      { sql, tables: without.catalog.tables },
      new Map([["created", { candidate, bytes: 2 ** 20 }]]),
      { redact: true },
    );
    expect(plan.candidates).toEqual([candidateId(candidate)]);
    expect(plan.indexes).toEqual([]);
    expect(plan.lines[0]).toContain("using only [new index on `orders` (`created_at`)] by");
  });

  test("rows of a smaller copy are told as production's", async () => {
    const sql = "select * from items i join orders o on o.id = i.order_id where i.quantity > 3";
    const here = await planOf(sql);
    const there = await planOf(sql, {
      redact: true,
      scaleRows: ({ access, rows }) => (access === "ALL" ? rows * 10 : rows),
    });
    expect(there.accesses?.[0]?.rows).toBe((here.accesses?.[0]?.rows ?? 0) * 10);
    expect(there.cost).toBeGreaterThan(here.cost * 5);
  });
});

test("the newer form of MySQL's plans is not taken for a plan", () => {
  expect(readExplain({ query_plan: {}, json_schema_version: "2.0" })).toBeNull();
});
