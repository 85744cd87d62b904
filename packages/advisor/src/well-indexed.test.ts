import { startPostgres, WELL_INDEXED } from "@dbadvise/testkit";
import pg from "pg";
import { expect, test } from "vitest";
import { analyze } from "./analyze.ts";
import { captureServers } from "./capture-servers.ts";
import { engineFor } from "./engines.ts";
import type { FindingCode } from "./findings/finding.ts";
import type { EventSource } from "./log/event-source.ts";

const ROWS = 12_000;
/** The whole list takes a minute and more: it is measured by `pnpm bench:precision`. */
const EVERY = 6;

const ABOUT_INDEXES: ReadonlySet<FindingCode> = new Set([
  "missing-index",
  "unindexed-foreign-key",
  "redundant-index",
  "duplicate-index",
  "unused-index",
]);

const some = WELL_INDEXED.filter((_, position) => position % EVERY === 0);

function sourceOf(statements: readonly string[]): EventSource {
  return {
    name: "workload",
    events: (async function* () {
      for (const sql of statements)
        yield await Promise.resolve({ sql, calls: 1, totalMs: undefined });
    })(),
    summary: () => ({ records: statements.length, unread: 0, seconds: 3_600 }),
  };
}

test.each(some)("no index is advised for a well-indexed database: $name", async (database) => {
  const server = await startPostgres();
  const client = new pg.Client({ connectionString: server.url });
  try {
    await client.connect();
    await client.query(database.setup.replaceAll(":n", String(ROWS)));
    await client.query("vacuum analyze");
    const report = await analyze({
      engine: engineFor(server.url),
      snapshot: await captureServers([server.url], { workload: false }),
      sources: [sourceOf(database.workload)],
    });
    expect(report.workload.queries).toBe(database.workload.length);
    expect(report.notAnalyzed.queries).toEqual([]);
    const advised = report.findings.filter(
      ({ code, ddl }) => ddl !== null && ABOUT_INDEXES.has(code),
    );
    expect(advised).toEqual([]);
  } finally {
    await client.end();
    await server.close();
  }
});
