import { SNAPSHOT_VERSION, type CaptureGap, type Snapshot } from "../../catalog/snapshot.ts";
import { DbadviseError } from "../../dbadvise-error.ts";
import type { CaptureOptions, Session } from "../../engine.ts";
import { captureIndexes } from "./capture-indexes.ts";
import { captureServer, type ServerFacts } from "./capture-server.ts";
import { captureSettings } from "./capture-settings.ts";
import { captureStatistics } from "./capture-statistics.ts";
import {
  captureChecks,
  captureColumns,
  captureDefinitions,
  captureForeignKeys,
  capturePartitioning,
  captureTableFacts,
  toTable,
} from "./capture-tables.ts";
import { type InnodbStatistics, readInnodbStatistics } from "./innodb-statistics.ts";

/**
 * Reads structure, statistics, settings, counters and workload of the session's database. Each query is a read-only
 * transaction of its own, so that no metadata lock is held and no old row is kept.
 */
export async function capture(session: Session, options: CaptureOptions): Promise<Snapshot> {
  try {
    const facts = await captureServer(session);
    const { settings, gaps: settingGaps } = await captureSettings(session, facts);
    const { tables, gaps: tableGaps } = await captureCatalog(session, facts);
    const { statistics, gaps: statisticsGaps } = await captureStatistics(
      session,
      facts,
      tables,
      options.values,
    );
    return {
      format: "dbadvise-snapshot",
      version: SNAPSHOT_VERSION,
      capturedAt: facts.now,
      server: facts.server,
      values: options.values,
      settings,
      prelude: [],
      catalog: { tables, views: [], searchPath: [facts.server.database] },
      statistics,
      extendedStatistics: [],
      nodes: [],
      workload: null,
      gaps: [...settingGaps, ...tableGaps, ...statisticsGaps],
    };
  } catch (error) {
    throw error instanceof DbadviseError ? error : captureFailed(error);
  }
}

async function captureCatalog(
  session: Session,
  facts: ServerFacts,
): Promise<{
  readonly tables: Snapshot["catalog"]["tables"];
  readonly gaps: readonly CaptureGap[];
}> {
  const schema = facts.server.database;
  const gaps: CaptureGap[] = [];
  const innodb = await readInnodbStatistics(session).catch((): InnodbStatistics => {
    gaps.push({
      object: "mysql.innodb_index_stats",
      reason: `This account may not read it: sizes of single indexes are estimated, and how many rows share the first columns of an index is known to the end of its own columns only. GRANT SELECT ON mysql.innodb_index_stats TO ${facts.account}.`,
    });
    return new Map();
  });
  const found = await captureTableFacts(session);
  const columns = await captureColumns(session);
  const indexes = await captureIndexes(
    session,
    facts,
    new Map(found.map((table) => [table.name, table])),
    innodb,
  );
  const foreignKeys = await captureForeignKeys(session);
  const checks = await captureChecks(session, facts);
  const partitioning = await capturePartitioning(session);
  const { definitions, gaps: hidden } = await captureDefinitions(session, schema, found);
  return {
    tables: found.map((table) =>
      toTable(table, schema, {
        columns: columns.get(table.name) ?? [],
        indexes: indexes.get(table.name) ?? [],
        foreignKeys: foreignKeys.get(table.name) ?? [],
        checks: checks.get(table.name) ?? [],
        partitioning: partitioning.get(table.name),
        definition: definitions.get(table.name),
      }),
    ),
    gaps: [...gaps, ...hidden],
  };
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
