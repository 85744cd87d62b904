import { startPostgres } from "@dbadvise/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Snapshot } from "../../catalog/snapshot.ts";
import { postgres } from "../../postgres/engine.ts";
import { describeMigration } from "../../postgres/migration/describe-migration.ts";
import type { RealPlan } from "./testing/real-shop.ts";
import { useShop } from "./testing/use-shop.ts";

const shop = useShop(startPostgres, { engine: postgres, describe: describeMigration });

/** Answered by the constraint alone, as long as it is there. */
const IMPOSSIBLE = "select * from orders where total < -5";
const LATE = "select id from orders where status = 'open' order by at desc limit 5";
const OTHERS = ["select email from customers where id = 5", "select count(*) from tiny"];

async function realCosts(
  ddl: readonly string[],
  queries: readonly string[],
): Promise<readonly number[]> {
  return (await shop.afterReally(ddl, queries)).map((plan) => (plan as RealPlan).cost);
}

describe("a regression", () => {
  test("an index that is made anew with other keys", async () => {
    const ddl = [
      "create table notes (id int primary key)",
      "alter table orders add column seen boolean",
      "drop index orders_status_at",
      "create index orders_status_at on orders (status, id, at)",
    ];
    const { findings, coverage } = await shop.verdictsOn(ddl, [LATE, ...OTHERS]);
    expect(coverage).toEqual({ planned: 3, skipped: 0 });
    expect(findings).toHaveLength(1);
    const [finding] = findings;
    expect(finding).toMatchObject({ place: { line: 3 } });
    const [before, after] = [await realCosts([], [LATE]), await realCosts(ddl, [LATE])];
    expect((after[0] ?? 0) / (before[0] ?? 1)).toBeGreaterThan(10);
    const [impact] = finding?.queries ?? [];
    expect((impact?.costBefore ?? 0) / (before[0] ?? 1)).toBeCloseTo(1, 1);
    expect((impact?.costAfter ?? 0) / (after[0] ?? 1)).toBeCloseTo(1, 1);
  });

  test("a constraint whose loss makes the server read the table", async () => {
    const ddl = [
      "alter table orders add column seen boolean",
      "alter table tiny add column x int",
      "alter table orders drop constraint positive",
    ];
    const snapshot: Snapshot = {
      ...shop.snapshot,
      settings: { ...shop.snapshot.settings, constraint_exclusion: "on" },
      catalog: {
        ...shop.snapshot.catalog,
        tables: shop.snapshot.catalog.tables.map((table) =>
          table.name === "orders"
            ? {
                ...table,
                checks: [{ name: "positive", definition: "CHECK (total >= 0::numeric)" }],
              }
            : table,
        ),
      },
    };
    const { findings } = await shop.verdictsOn(ddl, [IMPOSSIBLE, ...OTHERS], { snapshot });
    expect(findings).toHaveLength(1);
    expect(findings[0]).toMatchObject({
      code: "plan-regression",
      severity: "warning",
      basis: "measured",
      place: { file: "change.sql", line: 3 },
      object: { table: "orders" },
    });
    expect(findings[0]?.evidence.map(({ check }) => check)).toEqual(["replan"]);
    const setting = [
      "set local constraint_exclusion = on",
      "alter table orders add constraint positive check (total >= 0)",
    ];
    const [before, after] = [
      await realCosts(setting, [IMPOSSIBLE]),
      await realCosts([...setting, ...ddl], [IMPOSSIBLE]),
    ];
    const [impact] = findings[0]?.queries ?? [];
    expect(impact?.costBefore).toBeCloseTo(before[0] ?? -1, 1);
    expect((impact?.costAfter ?? 0) / (after[0] ?? 1)).toBeCloseTo(1, 1);
  });
});

test("a view that is made anew is blamed, and not what is done to the tables below it", async () => {
  const ddl = [
    "alter table orders add column seen boolean",
    `create or replace view open_orders as
      select id, customer_id, total from orders where status = 'open' and (select max(score) from customers) > 5`,
    "create table notes (id int primary key)",
  ];
  const query = "select * from open_orders where customer_id = 77";
  const { findings } = await shop.verdictsOn(ddl, [query, ...OTHERS]);
  expect(findings).toMatchObject([{ code: "plan-regression", place: { line: 2 } }]);
  const [before, after] = [await realCosts([], [query]), await realCosts(ddl, [query])];
  expect((after[0] ?? 0) / (before[0] ?? 1)).toBeGreaterThan(10);
});

describe("no regression", () => {
  test("a table that grew since the snapshot's statistics: without DDL nothing moves", async () => {
    const grown: Snapshot = {
      ...shop.snapshot,
      catalog: {
        ...shop.snapshot.catalog,
        tables: shop.snapshot.catalog.tables.map((table) => ({
          ...table,
          currentPages: table.currentPages * 40,
        })),
      },
    };
    const queries = [
      LATE,
      "select * from orders where customer_id = 77",
      "select count(*) from orders where note = 'x'",
      ...OTHERS,
    ];
    const planner = await postgres.createPlanner(grown, () => undefined);
    onTestFinished(() => planner.close());
    for (const ddl of [
      [],
      ["comment on table orders is 'docs only'"],
      ["create table notes (id int primary key, text text)"],
    ]) {
      const { findings, coverage, notes, notAnalyzed } = await shop.verdictsOn(ddl, queries, {
        snapshot: grown,
        planner,
      });
      expect(findings).toEqual([]);
      expect(coverage).toEqual({ planned: queries.length, skipped: 0 });
      expect(notes).toEqual([]);
      expect(notAnalyzed).toEqual([]);
    }
  });

  test("columns, constraints and indexes that are added", async () => {
    const ddl = [
      "alter table orders add column seen boolean not null default false",
      "alter table orders add constraint positive check (total >= 0) not valid",
      "alter table orders validate constraint positive",
      "create index concurrently orders_total on orders (total)",
      "alter table customers alter column country set not null",
    ];
    const queries = [
      LATE,
      "select * from orders where customer_id = 77",
      "select * from orders where total > 999.9",
      ...OTHERS,
    ];
    const { findings, notes } = await shop.verdictsOn(ddl, queries);
    expect(findings).toEqual([]);
    // What got cheaper is a note, and the real server agrees.
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(
      /^the change makes 1 query of the workload cheaper, by \d+ % of its estimated cost$/,
    );
    const [before, after] = [await realCosts([], queries), await realCosts(ddl, queries)];
    expect(after.filter((cost, at) => cost * 1.2 < (before[at] ?? 0))).toHaveLength(1);
  });
});

test("a statement that production's schema refuses is not analysed, and the rest is", async () => {
  const { findings, notAnalyzed } = await shop.verdictsOn(
    ["alter table not_deployed_yet add column x int", "drop index orders_customer"],
    ["select id from orders where customer_id = 77"],
  );
  expect(notAnalyzed).toEqual([
    {
      place: { file: "change.sql", line: 1, column: 1, endLine: 1 },
      reason:
        "production's schema, by the snapshot, refuses it (relation \"not_deployed_yet\" does not exist): what it does to production's queries is not known",
    },
  ]);
  expect(findings).toMatchObject([{ code: "dropped-in-use", place: { line: 2 } }]);
});
