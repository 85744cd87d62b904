import { startPostgres } from "@dbadvise/testkit";
import { describe, expect, test } from "vitest";
import { postgres } from "../../postgres/engine.ts";
import { describeMigration } from "../../postgres/migration/describe-migration.ts";
import { useShop } from "./testing/use-shop.ts";

const shop = useShop(startPostgres, { engine: postgres, describe: describeMigration });

const BY_CUSTOMER = "select id, total from orders where customer_id = 77";
const TOTALS = "select customer_id, sum(total) from orders group by customer_id";

describe("a query that fails afterwards", () => {
  test.each<[string, readonly string[], readonly string[], number, string]>([
    [
      "a dropped column",
      ["alter table orders drop column note", "alter table customers drop column score"],
      ["select score from customers where id = 5", "update customers set score = 5 where id = 7"],
      2,
      "Column public.customers.score is dropped",
    ],
    [
      "a renamed column",
      ["create table other (id int)", "alter table orders rename column customer_id to buyer_id"],
      [BY_CUSTOMER, TOTALS],
      2,
      "Column public.orders.customer_id is renamed to buyer_id",
    ],
    [
      "a renamed table",
      ["alter table customers rename to clients"],
      ["select email from customers where id = 5"],
      1,
      "Table public.customers is renamed to clients",
    ],
    [
      "a dropped view, by a statement whose text hides it",
      ["do $$ begin execute 'drop view open_orders'; end $$"],
      ["select sum(total) from open_orders"],
      1,
      "View public.open_orders is dropped",
    ],
    [
      "a type that no longer compares",
      [
        "drop view open_orders",
        "alter table orders alter column status type int using length(status)",
      ],
      ["select count(*) from orders where status = 'open'"],
      2,
      "Column public.orders.status becomes integer",
    ],
    [
      "a dropped type",
      ["alter table customers alter column mood type text", "drop type mood"],
      ["select count(*) from tiny where kind > length('sad'::mood::text)"],
      2,
      "Type public.mood is dropped",
    ],
    [
      "an insert of more values than columns",
      ["alter table tiny drop column kind"],
      ["insert into tiny values (1, 2)"],
      1,
      "Column public.tiny.kind is dropped",
    ],
  ])("%s", async (_, ddl, queries, line, opening) => {
    const { findings, coverage, notAnalyzed } = await shop.verdictsOn(ddl, [
      ...queries,
      "select count(*) from tiny",
    ]);
    expect(notAnalyzed).toEqual([]);
    expect(coverage).toEqual({ planned: queries.length + 1, skipped: 0 });
    const broken = findings.filter(({ code }) => code === "dropped-in-use");
    expect(broken).toHaveLength(1);
    expect(broken[0]).toMatchObject({
      severity: "error",
      basis: "measured",
      place: { file: "change.sql", line },
    });
    expect(broken[0]?.message).toContain(opening);
    // The real server refuses the same queries, in the same words.
    const real = await shop.afterReally(ddl, queries);
    expect(broken[0]?.queries).toHaveLength(queries.length);
    const errors = real.map((answer) => ("error" in answer ? answer.error : "it works really"));
    expect(broken[0]?.message).toContain(`: ${errors[0]}.`);
    expect(errors).not.toContain("it works really");
  });

  test("names how often it runs and where it is sent from", async () => {
    const callSites = [{ file: "src/orders.ts", line: 42, column: 3, function: "find", calls: 10 }];
    const { findings } = await shop.verdictsOn(
      ["alter table orders rename column customer_id to buyer_id"],
      [{ sql: BY_CUSTOMER, calls: 12_000, callSites }],
    );
    expect(findings[0]?.message).toBe(
      'Column public.orders.customer_id is renamed to buyer_id, and 1 query of the workload fails then (about 12,000 executions a day, sent from src/orders.ts:42): column "customer_id" does not exist.',
    );
  });
});

describe("no finding", () => {
  test.each<[string, readonly string[], readonly string[]]>([
    [
      "a column that no query uses",
      ["alter table orders drop column note"],
      [BY_CUSTOMER, "select * from customers where id = 3"],
    ],
    [
      "a table under its old name by a view",
      ["alter table customers rename to clients", "create view customers as select * from clients"],
      ["select email from customers where id = 5"],
    ],
    [
      "a wider type",
      ["alter table customers alter column score type bigint"],
      ["select count(*) from customers where score = 5"],
    ],
    [
      "an index that another one replaces",
      [
        "create index concurrently orders_customer_new on orders (customer_id)",
        "drop index concurrently orders_customer",
      ],
      [BY_CUSTOMER],
    ],
    [
      "an index of a table too small to matter",
      ["drop index tiny_kind"],
      ["select * from tiny where kind = 3", BY_CUSTOMER],
    ],
    ["an index that no query uses", ["drop index orders_status_at"], [BY_CUSTOMER]],
  ])("%s", async (_, ddl, queries) => {
    const { findings, coverage } = await shop.verdictsOn(ddl, queries);
    expect(findings).toEqual([]);
    expect(coverage).toEqual({ planned: queries.length, skipped: 0 });
    for (const answer of await shop.afterReally(ddl, queries))
      expect(answer).not.toHaveProperty("error");
  });
});

test("an index that queries are dearer without", async () => {
  const ddl = ["create index on orders (at)", "drop index orders_customer"];
  const { findings } = await shop.verdictsOn(ddl, [BY_CUSTOMER, "select count(*) from tiny"]);
  const [finding, ...more] = findings;
  expect(more).toEqual([]);
  expect(finding).toMatchObject({
    code: "dropped-in-use",
    severity: "error",
    place: { line: 2 },
    object: { type: "index", name: "orders_customer", columns: ["customer_id"] },
  });
  const [before] = await shop.afterReally([], [BY_CUSTOMER]);
  const [after] = await shop.afterReally(ddl, [BY_CUSTOMER]);
  if (before === undefined || after === undefined || "error" in before || "error" in after)
    throw new Error("no plan");
  expect(before.text).toContain("orders_customer");
  const [impact] = finding?.queries ?? [];
  expect((impact?.costBefore ?? 0) / before.cost).toBeCloseTo(1, 1);
  expect((impact?.costAfter ?? 0) / after.cost).toBeCloseTo(1, 1);
  expect(impact?.planAfter.join("\n")).toContain("Seq Scan on orders");
});
