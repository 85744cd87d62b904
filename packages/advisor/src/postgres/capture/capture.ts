import { SNAPSHOT_VERSION, type NodeUsage, type Snapshot } from "../../catalog/snapshot.ts";
import { DbadviseError } from "../../dbadvise-error.ts";
import type { CaptureOptions, Session } from "../../engine.ts";
import { captureCatalog } from "./capture-catalog.ts";
import { captureColumnEnds } from "./capture-column-ends.ts";
import { captureServer, captureSettings, type ServerFacts } from "./capture-settings.ts";
import {
  captureExtendedStatistics,
  captureStatistics,
  statisticsGaps,
} from "./capture-statistics.ts";
import { captureUsage as readUsage } from "./capture-usage.ts";
import { captureWorkload } from "./capture-workload.ts";
import { SESSION_LIMITS } from "../session-limits.ts";

/** The oldest server that can be read. */
export const OLDEST_VERSION = 120_000;

/**
 * Settings of the capture's transaction: every name is printed qualified, and every value in a form that any server
 * reads. The limits are set again, since the session may be the caller's own.
 */
const TRANSACTION_SETTINGS: Readonly<Record<string, string>> = {
  ...SESSION_LIMITS,
  search_path: "",
  datestyle: "ISO, YMD",
  intervalstyle: "postgres",
  timezone: "UTC",
  bytea_output: "hex",
  extra_float_digits: "1",
  lc_monetary: "C",
  quote_all_identifiers: "off",
};

/** Reads structure, statistics, settings, counters and workload in one read-only transaction: one moment of all. */
export function capture(session: Session, options: CaptureOptions): Promise<Snapshot> {
  return inTransaction(session, async (server, settings) => {
    const { versionNumber, role } = server;
    const { workload, gaps } = options.workload
      ? await captureWorkload(session)
      : { workload: null, gaps: [] };
    const texts = workload?.events.map((event) => event.sql) ?? [];
    const captured = await captureCatalog(session, versionNumber, server.searchPath, texts);
    const statistics = await captureStatistics(session, versionNumber, options.values);
    const extendedStatistics = await captureExtendedStatistics(session);
    const columnEnds = options.values ? await captureColumnEnds(session, captured.tables) : [];
    const node = await readUsage(session, options.node);
    return {
      format: "dbadvise-snapshot",
      version: SNAPSHOT_VERSION,
      capturedAt: server.now,
      server: {
        engine: "PostgreSQL",
        version: server.version,
        versionNumber,
        database: server.database,
        collation: defaultCollation(settings),
      },
      values: options.values,
      settings,
      prelude: captured.prelude,
      catalog: captured.catalog,
      statistics,
      extendedStatistics,
      ...(columnEnds.length > 0 ? { columnEnds } : {}),
      nodes: [node],
      workload,
      gaps: [
        ...gaps,
        ...captured.gaps,
        ...statisticsGaps(captured.tables, statistics, role, versionNumber),
      ],
    };
  });
}

/** The built-in provider's locales all compare by bytes. */
function defaultCollation(settings: Snapshot["settings"]): string {
  const locale = settings["datlocale"] ?? settings["daticulocale"] ?? "";
  if (settings["datlocprovider"] === "b") return "C";
  return settings["datlocprovider"] === "i" ? locale : (settings["datcollate"] ?? "");
}

/** Reads one more server's counters (a replica). `node` is its `host:port/database`. */
export function captureUsage(session: Session, node: string): Promise<NodeUsage> {
  return inTransaction(session, () => readUsage(session, node));
}

async function inTransaction<Result>(
  session: Session,
  read: (server: ServerFacts, settings: Snapshot["settings"]) => Promise<Result>,
): Promise<Result> {
  let result: Result;
  try {
    await session.query("begin transaction isolation level repeatable read, read only");
    const server = await captureServer(session);
    refuseUnsupported(server);
    const settings = await captureSettings(session);
    for (const [name, value] of Object.entries(TRANSACTION_SETTINGS)) {
      await session.query(`set local ${name} = '${value}'`);
    }
    result = await read(server, settings);
    await session.query("rollback");
  } catch (error) {
    // The connection may be gone: the first error is the one to tell.
    await session.query("rollback").catch(() => undefined);
    throw error instanceof DbadviseError ? error : captureFailed(error);
  }
  return result;
}

function refuseUnsupported(server: ServerFacts): void {
  if (server.versionNumber < OLDEST_VERSION || !server.banner.startsWith("PostgreSQL")) {
    throw new DbadviseError(
      "unsupported-server",
      `The server is ${server.banner.split(" on ")[0] ?? server.banner}, which dbadvise can't read.`,
      "PostgreSQL 12 and later are supported.",
    );
  }
}

function captureFailed(error: unknown): DbadviseError {
  const message = error instanceof Error ? error.message : String(error);
  const code =
    typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
  const hint =
    code === "57014" || code === "55P03"
      ? "The server was too busy or a lock was held too long. Nothing was changed; run again at a quieter time."
      : "Nothing was changed. Please report this with the server's version and the message above.";
  return new DbadviseError(
    "capture-failed",
    `The database's catalogs can't be read: ${message}.`,
    hint,
    {
      cause: error,
    },
  );
}
