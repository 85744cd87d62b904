import { type NodeUsage, SNAPSHOT_VERSION, type Snapshot } from "../../catalog/snapshot.ts";
import { DbadviseError } from "../../dbadvise-error.ts";
import type { CaptureOptions, Session } from "../../engine.ts";
import { captureCatalog } from "./capture-catalog.ts";
import { captureServer, type ServerFacts } from "./capture-server.ts";
import { captureSettings } from "./capture-settings.ts";
import { captureStatistics } from "./capture-statistics.ts";
import { captureTableFacts, captureColumns } from "./capture-tables.ts";
import { captureSequences } from "./capture-sequences.ts";
import { captureUsage as readUsage } from "./capture-usage.ts";
import { captureWorkload } from "./capture-workload.ts";

/**
 * Reads structure, statistics, settings, counters and workload of the session's database. Each query is a read-only
 * transaction of its own, so that no metadata lock is held and no old row is kept.
 */
export async function capture(session: Session, options: CaptureOptions): Promise<Snapshot> {
  return inPlainMode(session, async (facts) => {
    // Before this tool's own queries are among what was counted.
    const { workload, gaps: workloadGaps } = options.workload
      ? await captureWorkload(session, facts, options)
      : { workload: null, gaps: [] };
    const { settings, gaps: settingGaps } = await captureSettings(session, facts);
    const { catalog, lastValues, gaps: catalogGaps } = await captureCatalog(session, facts);
    const usage = await readUsage(session, facts, options.node, lastValues);
    const {
      statistics,
      columnEnds,
      gaps: statisticsGaps,
    } = await captureStatistics(session, facts, catalog.tables, options.values);
    return {
      format: "dbadvise-snapshot",
      version: SNAPSHOT_VERSION,
      capturedAt: facts.now,
      server: facts.server,
      values: options.values,
      settings,
      prelude: [],
      catalog,
      statistics,
      extendedStatistics: [],
      ...(columnEnds.length > 0 && { columnEnds }),
      nodes: [usage.node],
      workload,
      gaps: [...workloadGaps, ...catalogGaps, ...usage.gaps, ...settingGaps, ...statisticsGaps],
    };
  });
}

/** Reads one more server's counters (a replica). `node` is its `host:port/database`. */
export async function captureUsage(session: Session, node: string): Promise<NodeUsage> {
  return inPlainMode(session, async (facts) => {
    const { lastValues } = captureSequences(
      facts.server.database,
      await captureTableFacts(session),
      await captureColumns(session),
      1,
    );
    return (await readUsage(session, facts, node, lastValues)).node;
  });
}

/**
 * Reads with the server's plain rules of SQL, whatever its `sql_mode` is: names are printed in backticks then. The session's own rules
 * are put back, since queries are planned by them.
 */
async function inPlainMode<Result>(
  session: Session,
  read: (facts: ServerFacts) => Promise<Result>,
): Promise<Result> {
  try {
    const facts = await captureServer(session);
    await session.query("set @dbadvise_sql_mode = @@session.sql_mode, session sql_mode = ''");
    try {
      return await read(facts);
    } finally {
      await session.query("set session sql_mode = @dbadvise_sql_mode").catch(() => []);
    }
  } catch (error) {
    throw error instanceof DbadviseError ? error : captureFailed(error);
  }
}

function captureFailed(error: unknown): DbadviseError {
  const message = (error instanceof Error ? error.message : String(error)).replace(/\.$/, "");
  return new DbadviseError(
    "capture-failed",
    `The database can't be read: ${message}.`,
    "Nothing was changed. Check that the account may SELECT from the database's tables; please report anything else with the server's version and the message above.",
    { cause: error },
  );
}
