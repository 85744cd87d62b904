import { startPostgres } from "@dbadvise/testkit";
import { expect, test } from "vitest";
import type { Engine } from "../../engine.ts";
import { postgres } from "../../postgres/engine.ts";
import { describeMigration } from "../../postgres/migration/describe-migration.ts";
import { useShop } from "./testing/use-shop.ts";

const shop = useShop(startPostgres, { engine: postgres, describe: describeMigration });

const QUERY = "select id from orders where customer_id = 77";

test("what takes a migration back is passed over", async () => {
  const statements = (await shop.statementsOf(["drop index orders_customer"])).map((checked) => ({
    ...checked,
    direction: "down" as const,
  }));
  const { findings, coverage } = await shop.verdictsOn([], [QUERY], { statements });
  expect(findings).toEqual([]);
  expect(coverage).toEqual({ planned: 1, skipped: 0 });
});

test("texts that can't be read and queries that can't be planned are counted as skipped", async () => {
  const { coverage, notes } = await shop.verdictsOn(
    ["alter table tiny add column x int"],
    [QUERY, "select * from gone where x = 1", "select from where"],
  );
  expect(coverage).toEqual({ planned: 1, skipped: 2 });
  expect(notes).toEqual([
    '1 query of the workload could not be planned: relation "gone" does not exist',
  ]);
});

test("without a workload the schema's verdicts stand, and a note says what is missing", async () => {
  const { findings, coverage, notes } = await shop.verdictsOn(
    ["create index orders_buyer on orders (customer_id)"],
    [],
    { sources: [] },
  );
  expect(findings.map(({ code }) => code)).toEqual(["new-duplicate-index"]);
  expect(coverage).toBeNull();
  expect(notes).toEqual([
    "no workload: whether queries use what the change touches is not known (`--log`)",
  ]);
});

test("an engine that can't plan a change before it is made says so, and reads the workload all the same", async () => {
  const { changeSnapshot: _none, ...rest } = postgres;
  const engine: Engine = rest;
  const { findings, coverage, notes, workload } = await shop.verdictsOn(
    ["drop index orders_customer"],
    [QUERY],
    { engine },
  );
  expect(findings).toEqual([]);
  expect(coverage).toBeNull();
  expect(workload?.queries).toHaveLength(1);
  expect(notes).toEqual([
    "the workload was not planned: PostgreSQL has no planner that knows a change before it is made",
  ]);
});

test("where production is behind the history, the trial's schema still tells of duplicates", async () => {
  const ddl = ["create index carts_note on carts (note)"];
  const change = postgres.changeSnapshot;
  if (change === undefined) throw new Error("no planner");
  const history = [
    "create table carts (id int primary key, note text)",
    "create index one on carts (note)",
  ];
  const before = await change(shop.snapshot, history, () => undefined);
  const after = await change(shop.snapshot, [...history, ...ddl], () => undefined);
  const { findings, notAnalyzed } = await shop.verdictsOn(ddl, [QUERY], {
    trial: { before: before.snapshot.catalog, after: after.snapshot.catalog },
  });
  expect(findings).toMatchObject([
    { code: "new-duplicate-index", object: { table: "carts", name: "carts_note" } },
  ]);
  expect(notAnalyzed).toMatchObject([{ place: { line: 1 } }]);
});
