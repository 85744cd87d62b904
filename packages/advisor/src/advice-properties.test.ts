import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, expect, test } from "vitest";
import { analyze } from "./analyze.ts";
import { captureServers } from "./capture-servers.ts";
import type { Snapshot } from "./catalog/snapshot.ts";
import { readSnapshot } from "./catalog/read-snapshot.ts";
import { writeSnapshot } from "./catalog/write-snapshot.ts";
import { engineNamed } from "./engines.ts";
import type { EventSource } from "./log/event-source.ts";
import type { QueryEvent } from "./log/query-event.ts";
import { randomDatabase } from "./random-database/random-database.ts";
import { randomStatement } from "./random-database/random-statement.ts";
import { type Random, seededRandom } from "./random-database/random.ts";
import type { Report } from "./report/report.ts";
import { render, REPORT_FORMATS } from "./report/render.ts";

/** Databases to try; each has four schemas or so with a dozen tables. */
const DATABASES = Number(process.env["DBADVISE_PROPERTY_DATABASES"] ?? 10);
const FIRST_SEED = Number(process.env["DBADVISE_PROPERTY_SEED"] ?? 1);
const STATEMENTS = 12;
const ROWS = 1_200;
/** How much larger the planner is told that tables are, in half of the cases: advice then is plenty. */
const GROWTH = 200;

const directory = await mkdtemp(join(tmpdir(), "dbadvise-properties-"));
afterAll(() => rm(directory, { recursive: true }));

test.each(Array.from({ length: DATABASES }, (_, position) => FIRST_SEED + position))(
  "a random database is analysed, and its advice can be applied and undone (DBADVISE_PROPERTY_SEED=%i)",
  async (seed) => {
    const random = seededRandom(seed);
    const database = await startPostgres();
    const maker = new pg.Client({ connectionString: database.url });
    const client = new pg.Client({ connectionString: database.url });
    try {
      await maker.connect();
      const version = Number(
        (await maker.query("show server_version_num")).rows[0]?.server_version_num,
      );
      const generated = randomDatabase(random, { rows: ROWS, version });
      for (const statement of generated.setup) await run(maker, statement);
      // Only now is the database's search path in force.
      await client.connect();
      const statements = await plannable(
        client,
        Array.from({ length: STATEMENTS }, () => randomStatement(random, generated)),
      );
      expect(statements.length).toBeGreaterThan(STATEMENTS / 2);

      const live = await captureServers([database.url]);
      const snapshot = random.chance(0.5) ? grown(live) : live;
      const events = eventsOf(random, statements);
      const report = await analysed(snapshot, events);
      expect(unplanned(report)).toEqual([]);
      for (const format of REPORT_FORMATS) render(report, format, { color: true, width: 80 });
      expect(await refusals(client, report)).toEqual([]);

      const file = join(directory, `${seed}.json`);
      await writeSnapshot(file, snapshot);
      const read = await readSnapshot(file);
      expect(read).toEqual(snapshot);
      expect(withoutTimes(await analysed(read, events))).toEqual(withoutTimes(report));
    } finally {
      await Promise.all([maker.end(), client.end()]);
      await database.close();
    }
  },
  120_000,
);

async function run(client: pg.Client, sql: string): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}, in: ${sql}`, {
      cause: error,
    });
  }
}

/** The statements that the server plans without knowing their parameters: the tool has no excuse for these. */
async function plannable(
  client: pg.Client,
  statements: readonly string[],
): Promise<readonly string[]> {
  const accepted: string[] = [];
  await client.query("set plan_cache_mode = force_generic_plan");
  for (const sql of statements) {
    const parameters = new Set(sql.match(/\$\d+/g)).size;
    const values = parameters === 0 ? "" : `(${Array(parameters).fill("null").join(", ")})`;
    try {
      await client.query(`prepare dbadvise_trial as ${sql}`);
      await client.query(`explain execute dbadvise_trial${values}`);
      accepted.push(sql);
    } catch {
      // Its own fault: types that do not meet, a key that is missing.
    } finally {
      await client.query("deallocate all");
    }
  }
  return accepted;
}

function eventsOf(random: Random, statements: readonly string[]): readonly QueryEvent[] {
  return statements.map((sql) => ({
    sql,
    calls: random.int(1, 1_000),
    totalMs: random.chance(0.8) ? random.next() * 10_000 : undefined,
  }));
}

function analysed(snapshot: Snapshot, events: readonly QueryEvent[]): Promise<Report> {
  const source: EventSource = {
    name: "generated",
    events: (async function* () {
      yield* events;
    })(),
    summary: () => ({ records: events.length, unread: 0, seconds: 3_600 }),
  };
  return analyze({
    engine: engineNamed(snapshot.server.engine),
    snapshot,
    sources: [source],
    useSnapshotWorkload: false,
    now: new Date("2026-01-01T00:00:00Z"),
  });
}

/** The same database with much more in it, as the planner would see it. */
function grown(snapshot: Snapshot): Snapshot {
  const tables = snapshot.catalog.tables.map((table) => ({
    ...table,
    rows: table.rows > 0 ? table.rows * GROWTH : table.rows,
    pages: table.pages * GROWTH,
    currentPages: table.currentPages * GROWTH,
    allVisiblePages: table.allVisiblePages * GROWTH,
    indexes: table.indexes.map((index) => ({
      ...index,
      pages: index.pages * GROWTH,
      rows: index.rows > 0 ? index.rows * GROWTH : index.rows,
    })),
  }));
  return { ...snapshot, catalog: { ...snapshot.catalog, tables } };
}

/** What the server plans and the tool does not, and indexes that the tool thought of and then could not make. */
function unplanned(report: Report): readonly string[] {
  return [
    ...report.notAnalyzed.queries.map(({ sql, reason }) => `${reason}, in: ${sql}`),
    ...report.notes.filter(
      (note) =>
        note.startsWith("no index was tried") &&
        // Only the server knows these two, and the report says so.
        !/no default operator class|must be marked IMMUTABLE/.test(note),
    ),
  ];
}

/** Runs every advised statement on its own, as a user would, and takes all of them back: what was not as it should be. */
async function refusals(client: pg.Client, report: Report): Promise<readonly string[]> {
  const before = await indexesOf(client);
  const wrong: string[] = [];
  const attempt = async (sql: string): Promise<void> => {
    try {
      await client.query(sql);
    } catch (error) {
      wrong.push(`${error instanceof Error ? error.message : String(error)}, in: ${sql}`);
    }
  };
  const advised = report.findings.flatMap((finding) => (finding.ddl === null ? [] : [finding.ddl]));
  for (const { apply } of advised) for (const statement of apply) await attempt(statement);
  const invalid = await client.query<{ name: string }>(
    "select indexrelid::regclass::text as name from pg_index where not indisvalid",
  );
  wrong.push(...invalid.rows.map(({ name }) => `left invalid: ${name}`));
  for (const { undo } of advised.toReversed())
    for (const statement of undo) await attempt(statement);
  const after = new Set(await indexesOf(client));
  const lost = before
    .filter((index) => !after.delete(index))
    .map((index) => `not undone: ${index}`);
  return [...wrong, ...lost, ...[...after].map((index) => `left behind: ${index}`)];
}

async function indexesOf(client: pg.Client): Promise<readonly string[]> {
  const { rows } = await client.query<{ definition: string }>(
    `select pg_get_indexdef(indexrelid) || ' ' || indisprimary as definition from pg_index
     join pg_class on pg_class.oid = indexrelid where relnamespace >= 16384 or relnamespace = 'public'::regnamespace
     order by 1`,
  );
  return rows.map(({ definition }) => definition);
}

function withoutTimes(report: Report): unknown {
  return { ...report, planner: report.planner?.name };
}
