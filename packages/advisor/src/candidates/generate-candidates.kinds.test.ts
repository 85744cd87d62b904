import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Snapshot } from "../catalog/snapshot.ts";
import { capture } from "../postgres/capture/capture.ts";
import { connect } from "../postgres/connect.ts";
import { postgresDdl } from "../postgres/ddl.ts";
import { postgresIndexForms } from "../postgres/index-forms.ts";
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
  return generateCandidates([query], facts, { ddl: postgresDdl, forms: postgresIndexForms() });
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

/** The candidates of a statement, by kind of event and on a snapshot that says otherwise. */
async function proposedFor(sql: string, facts: Snapshot = snapshot): Promise<readonly string[]> {
  return candidatesOf(await logged(sql), facts).candidates.map(({ candidate }) =>
    written(candidate),
  );
}

function changed(table: string, change: Partial<Snapshot["catalog"]["tables"][number]>): Snapshot {
  const tables = snapshot.catalog.tables.map((each) =>
    each.name === table ? { ...each, ...change } : each,
  );
  return { ...snapshot, catalog: { ...snapshot.catalog, tables } };
}

describe("partial indexes are left out", () => {
  test.each([
    ["for most of the rows", "SELECT * FROM jobs WHERE status = 'done' AND worker = 5"],
    ["for all but a few", "SELECT * FROM jobs WHERE done_at IS NOT NULL AND worker = 5"],
    [
      "for one of many values: it could be anybody's",
      "SELECT * FROM jobs WHERE worker = 17 ORDER BY run_at",
    ],
    [
      "for a parameter, which proves nothing",
      "SELECT * FROM jobs WHERE status = $1 AND worker = $2",
    ],
    ["under OR", "SELECT * FROM jobs WHERE status = 'queued' OR worker = 5"],
  ])("%s", async (_, sql) => {
    const proposed = await proposedFor(sql);
    expect(proposed.filter((index) => index.includes(" WHERE "))).toEqual([]);
  });

  test("where the statistics hold no values", async () => {
    const statistics = snapshot.statistics.map((one) => ({ ...one, commonValues: null }));
    const sql = "SELECT * FROM jobs WHERE status = 'queued' AND worker = 5";
    expect((await proposedFor(sql)).join("; ")).toContain("WHERE status = 'queued'");
    const hidden = await proposedFor(sql, { ...snapshot, statistics });
    expect(hidden.filter((index) => index.includes(" WHERE "))).toEqual([]);
  });
});

describe("covering indexes are left out", () => {
  const sql = "SELECT run_at FROM jobs WHERE worker = 5";
  test.each([
    ["that would hold wide columns", "SELECT photo FROM people WHERE city = 5", snapshotAsItIs],
    [
      "of many columns",
      "SELECT id, status, kind, run_at, urgent FROM jobs WHERE worker = 5",
      snapshotAsItIs,
    ],
    ["of whole rows", "SELECT * FROM jobs WHERE worker = 5", snapshotAsItIs],
    [
      "of rows that are changed",
      "UPDATE jobs SET note = run_at::text WHERE worker = 5",
      snapshotAsItIs,
    ],
    ["on a table that is not vacuumed", sql, () => changed("jobs", { allVisiblePages: 10 })],
  ])("%s", async (_, text, facts) => {
    expect((await proposedFor(text, facts())).filter((index) => index.includes("INCLUDE"))).toEqual(
      [],
    );
  });

  test("but not otherwise", async () => {
    expect(await proposedFor(sql)).toContain("jobs (worker) INCLUDE (run_at)");
  });

  function snapshotAsItIs(): Snapshot {
    return snapshot;
  }
});

describe("block range indexes are left out", () => {
  test.each([
    ["on values in no order", "SELECT * FROM readings WHERE sensor > 990"],
    ["for equality", "SELECT * FROM readings WHERE at = '2024-01-03'"],
    ["on a table that is not large", "SELECT * FROM jobs WHERE run_at > '2024-01-03'"],
  ])("%s", async (_, sql) => {
    expect((await proposedFor(sql)).join("; ")).not.toContain("USING brin");
  });
});

test("an extension that is not installed is named, and nothing of it proposed", async () => {
  const prelude = snapshot.prelude.filter(({ name }) => name !== "pg_trgm");
  const query = await logged("SELECT * FROM jobs WHERE note ILIKE '%abc%'");
  expect(candidatesOf(query, { ...snapshot, prelude })).toEqual({
    candidates: [],
    notes: [
      "public.jobs: an index on note could serve ILIKE with the extension pg_trgm, which is not installed",
    ],
  });
});

test("no index finds `value = ANY (column)`, so none is proposed", async () => {
  const sql = "SELECT * FROM products WHERE 't77' = ANY (tags)";
  expect(await proposedFor(sql)).toEqual([]);
  await client.query("BEGIN; CREATE INDEX tags_idx ON products USING gin (tags)");
  const { rows } = await client.query<Record<string, string>>(`EXPLAIN ${sql}`);
  await client.query("ROLLBACK");
  expect(planText(rows)).not.toContain("tags_idx");
});

test("a query has at most 40 candidates, the best of each kind among them", async () => {
  const sql = `SELECT run_at FROM jobs WHERE id = 5 AND worker = 1 AND kind = 'a' AND status = 'queued' AND urgent AND note LIKE '%abc%'
    AND run_at > now() AND done_at < now() ORDER BY title, run_at`;
  const proposed = await proposedFor(sql);
  expect(proposed.length).toBe(40);
  for (const part of ["USING gin", "WHERE status = 'queued'"]) {
    expect(proposed.some((index) => index.includes(part))).toBe(true);
  }
});

test("no kind is proposed once it is there, as the server prints it", async () => {
  const wanted = new Map<string, string>();
  const queries = await Promise.all(
    cases.map(async ([, index, sql]) => ({ index, query: await logged(sql) })),
  );
  for (const { index, query } of queries) {
    const found = candidatesOf(query).candidates.find(
      ({ candidate }) => written(candidate) === index,
    );
    if (found === undefined) throw new Error(`no candidate ${index}`);
    wanted.set(
      index,
      createStatements(found.candidate).find((one) => one.startsWith("CREATE")) ?? "",
    );
  }
  const made: string[] = [];
  for (const statement of wanted.values()) {
    const name = `made_${made.length}`;
    made.push(name);
    await client.query(
      statement
        .replace(" CONCURRENTLY", "")
        .replace("candidate_idx", name)
        .replace(" ON ONLY ", " ON "),
    );
  }
  const session = await connect(database.url);
  const after = await capture(session, { values: true, workload: false, node: "test" });
  await session.close();
  await client.query(`DROP INDEX ${made.join(", ")}`);
  for (const { index, query } of queries) {
    const again = candidatesOf(query, after).candidates.map(({ candidate }) => written(candidate));
    expect({ index, again: again.includes(index) }).toEqual({ index, again: false });
  }
});
