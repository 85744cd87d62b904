import { startPostgres } from "@dbadvise/testkit";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { openSqlFile } from "../../log/open-sql-file.ts";
import type { WorkloadVerdicts } from "./check-workload.ts";
import { postgres } from "../../postgres/engine.ts";
import { describeMigration } from "../../postgres/migration/describe-migration.ts";
import { type RealPlan, workloadOf } from "./testing/real-shop.ts";
import { useShop } from "./testing/use-shop.ts";

const directory = mkdtempSync(join(tmpdir(), "dbadvise-queries-"));
const shop = useShop(startPostgres, { engine: postgres, describe: describeMigration });
afterAll(() => rmSync(directory, { recursive: true }));

const BY_NOTE = "select id from orders where note = 'urgent'";
const KNOWN = "select count(*) from orders where total > 5";

function fileOf(...texts: readonly string[]): string {
  const path = join(directory, "queries.sql");
  writeFileSync(path, texts.join("\n"));
  return path;
}

async function slowOf(
  ddl: readonly string[],
  ...texts: readonly string[]
): Promise<WorkloadVerdicts> {
  const path = fileOf(...texts);
  return shop.verdictsOn(ddl, [KNOWN], {
    newQueries: [openSqlFile(path, postgres.splitStatements)],
  });
}

test("a new query that reads a big table is told at its line, with the index that spares it", async () => {
  const { findings } = await slowOf(
    [],
    "-- by id",
    "select id from orders where id = 5;",
    "",
    `${BY_NOTE};`,
  );
  expect(findings).toMatchObject([
    {
      code: "new-slow-query",
      severity: "warning",
      place: { file: join(directory, "queries.sql"), line: 4, column: 1, endLine: 4 },
      object: { type: "table", schema: "public", table: "orders" },
    },
  ]);
  const [finding] = findings;
  expect(finding?.message).toMatch(
    /^A new query reads public\.orders from end to end: about 200,000 rows, \d+ MB\.$/,
  );
  expect(finding?.alternative[0]?.content).toContain("CREATE INDEX CONCURRENTLY");
  const [without] = await shop.afterReally([], [BY_NOTE]);
  const [having] = await shop.afterReally(
    (finding?.alternative ?? []).map(({ content }) => content),
    [BY_NOTE],
  );
  expect((without as RealPlan).text).toContain("Seq Scan");
  expect((having as RealPlan).cost).toBeLessThan((without as RealPlan).cost / 10);
  const [impact] = finding?.queries ?? [];
  expect((impact?.costBefore ?? 0) / (without as RealPlan).cost).toBeCloseTo(1, 1);
  expect(impact?.costAfter).toBeLessThan((impact?.costBefore ?? 0) / 10);
});

test("one that no index helps says so", async () => {
  const { findings } = await slowOf([], "select sum(total) from orders;");
  expect(findings).toMatchObject([{ code: "new-slow-query", alternative: [] }]);
  expect(findings[0]?.advice).toContain("No index was found");
});

test("one on a column that the change adds", async () => {
  const { findings, notes } = await slowOf(
    ["alter table orders add column seen_at timestamptz"],
    "select id from orders where seen_at > '2024-01-01' order by id;",
  );
  expect(notes).toEqual([]);
  expect(findings.map(({ code }) => code)).toEqual(["new-slow-query"]);
});

describe("no finding", () => {
  test.each<[string, readonly string[], string]>([
    ["a shape that the workload has", [], "select count(*) from orders where total > 900"],
    ["an index leads to the rows", [], "select id from orders where customer_id = 9"],
    ["the change adds the index", ["create index on orders (note)"], BY_NOTE],
    ["a small table", [], "select * from tiny where kind = 3"],
    ["a table of fewer rows than count as many", [], "select * from customers where score = 3"],
    ["a LIMIT that is soon reached", [], "select * from orders limit 10"],
    ["an index that gives the order of a LIMIT", [], "select * from orders order by id limit 20"],
  ])("%s", async (_, ddl, sql) => {
    expect((await slowOf(ddl, `${sql};`)).findings).toEqual([]);
  });
});

test("what can't be planned is told", async () => {
  const { notes } = await slowOf([], "select id from not_there where x = 1;");
  expect(notes).toContainEqual(
    expect.stringMatching(
      /^1 query of the change could not be planned: relation "not_there" does not exist/,
    ),
  );
});

test("a query of a capture is told at the line that sends it", async () => {
  const callSites = [{ file: "src/urgent.ts", line: 12, column: 5, function: "urgent", calls: 3 }];
  const { findings } = await shop.verdictsOn([], [KNOWN], {
    newQueries: [
      workloadOf([{ sql: "select id from orders where note = $1", callSites }], "capture.ndjson"),
    ],
  });
  expect(findings).toMatchObject([{ place: { file: "src/urgent.ts", line: 12, column: 5 } }]);
});
