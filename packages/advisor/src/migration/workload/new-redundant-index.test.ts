import { startPostgres } from "@dbadvise/testkit";
import { describe, expect, test } from "vitest";
import { postgres } from "../../postgres/engine.ts";
import { describeMigration } from "../../postgres/migration/describe-migration.ts";
import type { RealPlan } from "./testing/real-shop.ts";
import { useShop } from "./testing/use-shop.ts";

const shop = useShop(startPostgres, { engine: postgres, describe: describeMigration });

const OPEN = "select id from orders where status = 'open' and at > '2024-05-15'";

describe("a prefix of a wider index", () => {
  test("is a finding where the workload's plans do without it", async () => {
    const ddl = [
      "alter table orders add column seen boolean",
      "create index orders_status on orders (status)",
    ];
    const { findings } = await shop.verdictsOn(ddl, [OPEN]);
    expect(findings).toMatchObject([
      {
        code: "new-redundant-index",
        severity: "warning",
        place: { line: 2 },
        object: { type: "index", name: "orders_status", columns: ["status"] },
        message:
          "public.orders_status holds only the first keys of orders_status_at (status, at), which is there already, and the workload's plans do without it.",
      },
    ]);
    const [without] = await shop.afterReally([], [OPEN]);
    const [having] = await shop.afterReally(ddl, [OPEN]);
    expect((having as RealPlan).cost).toBeCloseTo((without as RealPlan).cost, 0);
  });

  test("is none where a query is cheaper with it", async () => {
    const ddl = [
      "create index orders_wide on orders (total, note, status, at)",
      "create index orders_narrow on orders (total)",
    ];
    const query = "select total from orders where total between 100 and 400";
    const { findings } = await shop.verdictsOn(ddl, [query]);
    expect(findings).toEqual([]);
    const [wide] = await shop.afterReally(ddl.slice(0, 1), [query]);
    const [narrow] = await shop.afterReally(ddl, [query]);
    expect((wide as RealPlan).cost / (narrow as RealPlan).cost).toBeGreaterThan(1.1);
  });

  test("is told as unknown without a query on its table", async () => {
    const { findings } = await shop.verdictsOn(
      ["create index orders_status on orders (status)"],
      ["select count(*) from tiny"],
    );
    expect(findings).toMatchObject([{ code: "new-redundant-index", severity: "info" }]);
    expect(findings[0]?.message).toContain("no query of the workload touches its table");
  });
});

test.each<[string, readonly string[]]>([
  [
    "a unique one",
    ["create unique index on customers (id)", "create index on customers (id, email)"],
  ],
  ["other first keys", ["create index on orders (at)"]],
  ["a condition", ["create index on orders (status) where total > 10"]],
])("no finding: %s", async (_, ddl) => {
  const { findings } = await shop.verdictsOn(ddl, []);
  expect(findings.filter(({ code }) => code === "new-redundant-index")).toEqual([]);
});

test("a wider index beside the old one is a note, not a finding", async () => {
  const { findings, notes } = await shop.verdictsOn(
    ["create index orders_customer_at on orders (customer_id, at)"],
    ["select id from orders where customer_id = 7 order by at desc limit 3"],
  );
  expect(findings).toEqual([]);
  expect(notes).toContain(
    "orders_customer_at begins with the keys of orders_customer: `dbadvise analyze` tells after the change whether that one can go",
  );
});
