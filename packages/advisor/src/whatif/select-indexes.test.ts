import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { generateCandidates } from "../candidates/generate-candidates.ts";
import { captureServers } from "../capture-servers.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { EventSource } from "../log/event-source.ts";
import { postgres } from "../postgres/engine.ts";
import { buildWorkload } from "../workload/build-workload.ts";
import type { Planner } from "./planner.ts";
import { type IndexSelection, selectIndexes, type SelectionLimits } from "./select-indexes.ts";
import { tableUpkeep } from "./table-upkeep.ts";

let database: TestDatabase;
let snapshot: Snapshot;
let planner: Planner;

beforeAll(async () => {
  database = await startPostgres();
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query(`
    create table visits (id int primary key, page int not null, visitor int not null, referrer int not null, note text);
    insert into visits select i, i % 5000, i % 7001, i % 9001, 'n' || i from generate_series(1, 60000) i;
    create table pages (id int primary key, title int not null, site int not null);
    insert into pages select i, i % 9000, i % 4000 from generate_series(1, 40000) i;`);
  await client.query("vacuum analyze");
  await client.end();
  snapshot = await captureServers([database.url], { workload: false });
  planner = await postgres.createPlanner(snapshot, () => undefined);
});

afterAll(async () => {
  await planner?.close();
  await database?.close();
});

const READS: Readonly<Record<string, number>> = {
  "select * from visits where page = 7": 100,
  "select * from visits where visitor = 8": 100,
  "select * from pages where title = 9": 100,
  "select * from pages where site = 10": 100,
};

async function choose(
  statements: Readonly<Record<string, number>>,
  limits: SelectionLimits = {},
): Promise<IndexSelection> {
  const source: EventSource = {
    name: "test",
    events: (async function* () {
      for (const [sql, calls] of Object.entries(statements))
        yield { sql, calls, totalMs: undefined };
    })(),
    summary: () => ({ records: 0, unread: 0, seconds: undefined }),
  };
  const workload = await buildWorkload([source], postgres.parse, snapshot.catalog);
  const set = generateCandidates(workload.queries, snapshot, {
    ddl: postgres.ddl(snapshot),
    forms: postgres.indexForms(snapshot),
  });
  const upkeep = tableUpkeep(snapshot, workload, postgres.indexWrites(snapshot));
  return selectIndexes(planner, workload.queries, set, { limits, upkeep });
}

const tablesOf = ({ chosen }: IndexSelection): readonly string[] =>
  chosen.map(({ candidate }) => candidate.table.name).toSorted();

describe("the choice of indexes", () => {
  test("has one for each search, where nothing limits it", async () => {
    expect(tablesOf(await choose(READS))).toEqual(["pages", "pages", "visits", "visits"]);
  });

  test("leaves out what a table's writes would pay more for than its reads save", async () => {
    const write = "insert into visits values (1, 2, 3, 4, 'x')";
    const { chosen, worse } = await choose({ ...READS, [write]: 1_000 });
    expect(chosen).toHaveLength(4);
    expect(chosen.some(({ upkeep }) => upkeep > 0)).toBe(true);
    expect(worse.map(({ query, cause }) => [query.statement.kind, cause])).toEqual([
      ["insert", "upkeep"],
    ]);
    expect(worse[0]?.costAfter).toBeGreaterThan(worse[0]?.costBefore ?? Number.NaN);
    const busy = await choose({ ...READS, [write]: 100_000_000 });
    expect(tablesOf(busy)).toEqual(["pages", "pages"]);
    expect(busy.worse).toEqual([]);
  });

  test("stays within a budget and a number of indexes, and takes what saves most", async () => {
    const all = await choose(READS);
    const most = all.chosen.reduce((sum, { bytes }) => sum + bytes, 0);
    const half = await choose(READS, { budgetBytes: most / 2 });
    const bytes = half.chosen.reduce((sum, each) => sum + each.bytes, 0);
    expect(half.chosen.length).toBeGreaterThan(0);
    expect(bytes).toBeLessThanOrEqual(most / 2);
    expect(half.cost).toBeGreaterThan(all.cost);
    expect(tablesOf(await choose(READS, { maxIndexes: 1 }))).toEqual(["visits"]);
    expect((await choose(READS, { budgetBytes: 0 })).chosen).toEqual([]);
  });

  test("offers a curve from nothing to all, each point larger and cheaper than the one before", async () => {
    const { curve, cost } = await choose(READS);
    expect(curve[0]).toMatchObject({ bytes: 0, cost: 1 });
    expect(curve.at(-1)?.cost).toBeCloseTo(cost, 6);
    expect(curve.length).toBeGreaterThan(2);
    for (const [position, point] of curve.entries()) {
      const before = curve[position - 1];
      if (before === undefined) continue;
      expect(point.bytes).toBeGreaterThan(before.bytes);
      expect(point.cost).toBeLessThan(before.cost);
    }
    expect(curve.filter(({ knee }) => knee).length).toBeLessThanOrEqual(1);
  });
});
