import type { CandidateIndex } from "../../candidates/candidate-index.ts";
import { estimatedRows, type Index, type Table, tableKey } from "../../catalog/catalog.ts";
import { statisticsFinder } from "../../catalog/find-statistics.ts";
import type { CaptureGap, Snapshot } from "../../catalog/snapshot.ts";
import type { Planner } from "../../whatif/planner.ts";
import { explainOnServer } from "../explain-on-server.ts";
import { estimateIndexBytes } from "../index-size.ts";
import { quoteIdent } from "../quote-ident.ts";
import { candidateIndexes } from "./candidate-indexes.ts";
import { restoreHistograms } from "./column-histograms.ts";
import { columnLooks } from "./column-looks.ts";
import { candidateDistinct } from "./distinct-keys.ts";
import { loadTables } from "./load-tables.ts";
import { openScratchServer } from "./open-scratch-server.ts";
import { applySettings } from "./planner-settings.ts";
import { presentRows } from "./present-rows.ts";
import { scaleOf } from "./scale.ts";
import { createDatabases, dropDatabases, dropLeftBehind } from "./scratch-databases.ts";
import type { TableColumns } from "./scaled-rows.ts";
import { scratchPlanner } from "./scratch-planner.ts";
import type { ScratchServer } from "./scratch-server.ts";
import { tableFacts } from "./synthetic-rows.ts";
import {
  type IndexClaim,
  isInnodb,
  type TableStatistics,
  tableStatistics,
} from "./table-statistics.ts";

/** Rows that are made: of one table, and of all together. */
export interface RowBudget {
  readonly perTable: number;
  readonly total: number;
}

const BUDGET: RowBudget = { perTable: 200_000, total: 1_500_000 };

/**
 * A planner over a snapshot: a server of the same product plans on a copy of the tables, with made-up rows that are distributed
 * as the snapshot's statistics say, fewer than production's. `null` where no such server can be had: `progress` is told why.
 * Throws `DbadviseError` `planner-failed` for a scratch server that can't be used.
 */
export async function createScratchPlanner(
  snapshot: Snapshot,
  progress: (message: string) => void,
  scratchUrl?: string,
  budget: RowBudget = BUDGET,
): Promise<Planner | null> {
  const server = await openScratchServer(snapshot, progress, scratchUrl);
  if (server === null) return null;
  try {
    return await makeCopy(server, snapshot, progress, budget);
  } catch (error) {
    await server.close();
    throw error;
  }
}

async function makeCopy(
  server: ScratchServer,
  snapshot: Snapshot,
  progress: (message: string) => void,
  budget: RowBudget,
): Promise<Planner> {
  const { catalog } = snapshot;
  await dropLeftBehind(server);
  const schemas = new Set([
    snapshot.server.database,
    ...catalog.tables.map(({ schema }) => schema),
    ...catalog.views.map(({ schema }) => schema),
  ]);
  const databases = await createDatabases(server, [...schemas], snapshot.server.collation);
  const close = async (): Promise<void> => {
    try {
      await dropDatabases(server, databases.values());
    } finally {
      await server.close();
    }
  };
  try {
    const find = statisticsFinder(snapshot);
    const scale = scaleOf(
      catalog.tables.map((table) => Math.max(0, estimatedRows(table))),
      budget,
    );
    progress(
      `filling ${catalog.tables.length} tables with made-up rows, one for ${scale.k < 10 ? Number(scale.k.toFixed(1)) : Math.round(scale.k)} of large ones`,
    );
    const { loaded, gaps } = await loadTables(server, snapshot, databases, scale, find);
    progress("writing statistics");
    const statistics = new Map<string, TableStatistics>();
    const histogramGaps: CaptureGap[] = [];
    for (const [key, one] of loaded) {
      const database = databases.get(one.table.schema) ?? "";
      const ofTable = tableStatistics(server, database, one);
      if (isInnodb(one.table)) await server.query(`ANALYZE TABLE ${one.name}`);
      histogramGaps.push(...(await restoreHistograms(server, database, one, snapshot.statistics)));
      await ofTable.claim(one.table.indexes.map(existingClaim));
      await ofTable.write();
      statistics.set(key, ofTable);
    }
    const settingGaps = await applySettings(server, snapshot);
    await server.query(`USE ${quoteIdent(databases.get(snapshot.server.database) ?? "")}`);

    const facts = new Map(
      [...loaded].map(([key, { table }]) => [
        key,
        tableFacts(table, find, snapshot.columnEnds ?? []),
      ]),
    );
    const columnsOf = (table: Table): TableColumns => facts.get(tableKey(table)) ?? new Map();
    const bytesOf = (candidate: CandidateIndex): number => {
      const table = loaded.get(tableKey(candidate.table))?.table;
      return table === undefined ? 0 : estimateIndexBytes(candidate, table, find);
    };
    const indexes = candidateIndexes(server, loaded, async (altered, built) => {
      const { table } = altered;
      const ofTable = statistics.get(tableKey(table));
      // A functional key has MySQL copy the table, without its statistics: where there are none, it guesses at each opening.
      if (built.length > 0 && server.product === "MySQL" && isInnodb(table))
        await server.query(`ANALYZE TABLE ${altered.name}`);
      await ofTable?.claim(
        built.map(({ candidate, name }) => ({
          name,
          distinct: candidateDistinct(candidate, table, columnsOf(table)),
          pages: bytesOf(candidate) / 8192,
          cached: 1,
        })),
      );
      // MariaDB counts anew whenever a table is altered, what it shows and hides included.
      if (built.length > 0 || server.product === "MariaDB") await ofTable?.write();
    });
    const session = { query: server.query, close: async () => undefined };
    return scratchPlanner({
      name: plannerName(server, snapshot),
      snapshot,
      loaded,
      gaps: [...versionGaps(server, snapshot), ...settingGaps, ...gaps, ...histogramGaps],
      databases,
      indexes,
      looks: columnLooks(server, loaded, columnsOf),
      columnsOf,
      explain: await explainOnServer(session, server),
      leavesOf: (table, index) => statistics.get(tableKey(table))?.leaves(index),
      bytesOf,
      presentRows: presentRows(server, columnsOf),
      close,
    });
  } catch (error) {
    await dropDatabases(server, databases.values());
    throw error;
  }
}

function existingClaim(index: Index): IndexClaim {
  const { name, prefixDistinct, pages } = index;
  return { name, distinct: prefixDistinct ?? [], pages, cached: cachedShare(index) };
}

/** Share of an index's pages that production has in memory. Where nobody knows, all of them: what is read often is there. */
function cachedShare({ pages, cachedPages }: Index): number {
  return cachedPages === undefined || pages <= 0 ? 1 : Math.min(1, cachedPages / pages);
}

function plannerName({ product, version }: ScratchServer, snapshot: Snapshot): string {
  const production =
    /\d+\.\d+\.\d+/.exec(snapshot.server.version.replace(/^5\.5\.5-/, ""))?.[0] ??
    snapshot.server.version;
  return production === version
    ? `scratch copy (${product} ${version})`
    : `scratch copy (${product} ${version}, server is ${production})`;
}

/** Plans of another series may differ, and nothing here shows where. */
function versionGaps(
  { product, version, versionNumber }: ScratchServer,
  { server }: Snapshot,
): readonly CaptureGap[] {
  if (Math.floor(versionNumber / 100) === Math.floor(server.versionNumber / 100)) return [];
  return [
    {
      object: "planner",
      reason: `plans are made by ${product} ${version}, the server is ${server.version}: their planners differ. --scratch-url names a server of the same version`,
    },
  ];
}
