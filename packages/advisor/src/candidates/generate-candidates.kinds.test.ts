import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Snapshot } from "../catalog/snapshot.ts";
import { capture } from "../postgres/capture.ts";
import { connect } from "../postgres/connect.ts";
import { postgresDdl } from "../postgres/ddl.ts";
import { parse } from "../postgres/parse.ts";
import { createSandbox } from "../postgres/sandbox/create-sandbox.ts";
import type { Planner } from "../whatif/planner.ts";
import { buildWorkload } from "../workload/build-workload.ts";
import type { Query } from "../workload/workload.ts";
import { type CandidateIndex, candidateId } from "./candidate-index.ts";
import { type CandidateSet, generateCandidates } from "./generate-candidates.ts";
import { CANDIDATE_CASES, CANDIDATE_TABLES } from "./testing/candidate-cases.ts";

let database: TestDatabase;
let client: pg.Client;
let snapshot: Snapshot;
let planner: Planner;

beforeAll(async () => {
  database = await startPostgres();
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const statement of CANDIDATE_TABLES.split(/;\n/)) await client.query(statement);
  const session = await connect(database.url);
  snapshot = await capture(session, { values: true, workload: false, node: "test" });
  await session.close();
  planner = await createSandbox(snapshot, () => undefined);
});
afterAll(async () => {
  await planner?.close();
  await client?.end();
  await database?.close();
});

/** The query of a text that a log had several times. */
async function logged(sql: string): Promise<Query> {
  const events = (async function* () {
    yield { sql, calls: 3, totalMs: 3 };
  })();
  const source = { name: "log", events, summary: () => ({ records: 1, unread: 0, seconds: 1 }) };
  const { queries } = await buildWorkload([source], parse, snapshot.catalog);
  const [query] = queries;
  if (query === undefined) throw new Error(`no query: ${sql}`);
  return query;
}

function candidatesOf(query: Query, facts: Snapshot = snapshot): CandidateSet {
  return generateCandidates([query], facts, postgresDdl.quote);
}

function createStatements(candidate: CandidateIndex): readonly string[] {
  return postgresDdl.createIndex(candidate, "candidate_idx", snapshot.catalog).apply;
}

/** `table USING method (keys) ...`, as the cases have it. */
function written(candidate: CandidateIndex): string {
  const text = createStatements(candidate).find((sql) => sql.includes("candidate_idx")) ?? "";
  return text.replace(/^.*? ON (?:ONLY )?public\./, "").replace(/;$/, "");
}

function planText(rows: readonly Record<string, string>[]): string {
  return rows.map((row) => row["QUERY PLAN"]).join("\n");
}

const cases = Object.entries(CANDIDATE_CASES).flatMap(([kind, list]) =>
  list.map(({ sql, index }) => [kind, index, sql] as const),
);

describe.each(cases)("%s: %s", (_, index, sql) => {
  test("is a candidate, is accepted and used by a real server, and by the sandbox", async () => {
    const query = await logged(sql);
    const proposed = candidatesOf(query).candidates.map(({ candidate }) => candidate);
    expect(proposed.map(written)).toContain(index);
    const candidate = proposed.find((one) => written(one) === index);
    if (candidate === undefined) throw new Error("checked above");

    await client.query("BEGIN");
    try {
      for (const statement of createStatements(candidate)) {
        await client.query(statement.replace(" CONCURRENTLY", ""));
      }
      const { rows } = await client.query<Record<string, string>>(`EXPLAIN ${sql}`);
      const name = candidate.table.name === "events" ? /events_\d+_\w+idx/ : /candidate_idx/;
      expect(planText(rows)).toMatch(name);
    } finally {
      await client.query("ROLLBACK");
    }

    const [answer] = await planner.propose([candidate]);
    expect(answer).toMatchObject({ accepted: true });
    const result = await planner.plan(query, { add: [candidate], hide: [] }, query.samples[0]);
    expect(result).toMatchObject({ ok: true, plan: { candidates: [candidateId(candidate)] } });
  });
});
