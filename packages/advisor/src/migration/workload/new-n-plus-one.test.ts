import { expect, test } from "vitest";
import type { Catalog } from "../../catalog/catalog.ts";
import { aCatalog, aColumn, aTable } from "../../findings/testing/builders.ts";
import type { EventSource } from "../../log/event-source.ts";
import type { Repetition } from "../../log/repetition.ts";
import { postgres } from "../../postgres/engine.ts";
import {
  checkWorkload,
  type CheckWorkloadOptions,
  type WorkloadVerdicts,
} from "./check-workload.ts";

const REPEATED: Repetition = {
  kind: "n-plus-one",
  sql: "select name from t where id = $1",
  scopeNames: ["GET /orders"],
  scopes: 3,
  calls: 60,
  occurrences: 25,
  distinctParameters: 24,
  overlapping: 0,
  callSites: [{ file: "src/db.ts", line: 7, column: 3, function: "query", calls: 27 }],
  stack: [{ file: "src/orders.ts", line: 42, column: 9, function: "listOrders" }],
};

const CATALOG: Catalog = aCatalog([aTable({ columns: [aColumn("id"), aColumn("name")] })]);

/** Of a capture with these repetitions; the schema is the trial's. */
function check(...repetitions: readonly Repetition[]): Promise<WorkloadVerdicts> {
  return checkOn({ before: CATALOG, after: CATALOG }, repetitions);
}

function checkOn(
  trial: CheckWorkloadOptions["trial"],
  repetitions: readonly Repetition[],
): Promise<WorkloadVerdicts> {
  const source: EventSource = {
    name: "capture.ndjson",
    events: (async function* () {
      yield { sql: REPEATED.sql, calls: 100, totalMs: 40, callSites: [] };
    })(),
    summary: () => ({ records: 1, unread: 0, seconds: undefined, repetitions }),
  };
  return checkWorkload({
    engine: postgres,
    snapshot: null,
    newQueries: [source],
    statements: [],
    trial,
    write: () => ({ files: [], note: "" }),
  });
}

test("a query that the test run repeats is told at its line, without a snapshot", async () => {
  const { findings } = await check(REPEATED);
  expect(findings).toMatchObject([
    {
      code: "n-plus-one",
      severity: "warning",
      basis: "measured",
      place: { file: "src/orders.ts", line: 42, column: 9, endLine: 42 },
      statement: REPEATED.sql,
      object: { table: "t", columns: ["id"] },
    },
  ]);
  expect(findings[0]?.message).toContain(
    "GET /orders sends up to 25 queries of one shape to public.t",
  );
});

test("the same parameters again and again are milder", async () => {
  const { findings } = await check({ ...REPEATED, kind: "duplicate-query" });
  expect(findings).toMatchObject([{ severity: "info" }]);
});

test("a capture without repetitions has no finding", async () => {
  const { findings, notes } = await check();
  expect(findings).toEqual([]);
  expect(notes).toEqual([
    "new queries were not planned: how big the tables are that they read, only a snapshot tells (`--snapshot`)",
  ]);
});

test("where nothing says which tables there are, it is told that nothing was judged", async () => {
  const { findings, notes } = await checkOn(null, [REPEATED]);
  expect(findings).toEqual([]);
  expect(notes).toContain(
    "queries that the capture counts again and again were not judged: neither a snapshot nor a trial says which tables there are",
  );
});
