/**
 * Makes what the check reads beside the migrations: `pnpm run files`. `main/hotel.snapshot.json` is of a hotel with rows on a
 * real server, as `main` has migrated it; `pull-request/test-run.ndjson` is the capture of a test run of the pull request.
 */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { capture, detectNPlusOne, withScope } from "@dbadvise/observe";
import { createPool, type Pool } from "@dbadvise/pool";
import { postgresDialect } from "@dbadvise/pool/kysely";
import { postgres } from "@dbadvise/pool/postgres";
import { runDbadvise, startPostgres } from "@dbadvise/testkit";
import { Kysely } from "kysely";
import type pg from "pg";
import { listBookings } from "./pull-request/server/list-bookings.ts";

const ROWS = [
  "SELECT setseed(0.25)",
  "INSERT INTO guests (name, email) SELECT 'Guest ' || i, 'g' || i || '@example.com' FROM generate_series(1, 60000) i",
  "INSERT INTO rooms SELECT i, 1 + i / 50 FROM generate_series(1, 200) i",
  `INSERT INTO bookings (guest_id, room_id, stay, price, made_at)
    SELECT 1 + floor(random() * 60000), 1 + i % 200, daterange('2000-01-01'::date + i / 200 * 3, '2000-01-01'::date + i / 200 * 3 + 2),
      random() * 900, timestamptz '2026-01-01Z' + i * interval '1 minute' FROM generate_series(1, 300000) i`,
  `INSERT INTO visits SELECT 1 + floor(random() * 60000), '/rooms', timestamptz '2026-09-01Z' + i * interval '10 seconds'
    FROM generate_series(1, 400000) i`,
  "INSERT INTO visits_2026_08 SELECT 1, '/', timestamptz '2026-08-01Z' + i * interval '10 seconds' FROM generate_series(1, 200000) i",
  "INSERT INTO searches SELECT i, 'quiet room' FROM generate_series(1, 50000) i",
  "REFRESH MATERIALIZED VIEW turnover",
  "VACUUM ANALYZE",
];

async function migrate(pool: Pool<pg.Client>, folder: string): Promise<void> {
  const db = new Kysely<unknown>({ dialect: postgresDialect({ pool }) });
  for (const name of (await readdir(folder)).toSorted()) {
    const { up } = (await import(join(folder, name))) as {
      up(db: Kysely<unknown>): Promise<void>;
    };
    await up(db);
  }
}

async function captureTestRun(pool: Pool<pg.Client>, path: string): Promise<void> {
  await rm(path, { force: true });
  await using workload = capture(path);
  using detector = detectNPlusOne({ mode: "collect" });
  for (const count of [5, 20, 25])
    await withScope(() => listBookings(pool, count), "GET /bookings");
  await workload.flush();
  if (detector.report().patterns.length !== 1) throw new Error("the test run has no N+1");
}

const here = import.meta.dirname;
const testRun = join(here, "pull-request/test-run.ndjson");
// Lines of code are told from the working directory: the repository's root.
process.chdir(join(here, "pull-request"));
const database = await startPostgres();
try {
  await using pool = createPool({ connector: postgres(database.url) });
  await migrate(pool, join(here, "main/migrations"));
  for (const sql of ROWS) await pool.query(sql);
  await captureTestRun(pool, testRun);
  // Nothing of where it was made.
  await writeFile(testRun, (await readFile(testRun, "utf8")).replaceAll(`${here}/`, ""));
  await runDbadvise(
    ["snapshot", "--url", database.url, "-o", "hotel.snapshot.json"],
    join(here, "main"),
  );
} finally {
  await database.close();
}
