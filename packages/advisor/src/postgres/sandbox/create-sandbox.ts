import { type Table, tableKey } from "../../catalog/catalog.ts";
import type { CaptureGap, Snapshot } from "../../catalog/snapshot.ts";
import type { Planner } from "../../whatif/planner.ts";
import { visibilityPage } from "./btree-pages.ts";
import { endsFinder } from "./column-ends.ts";
import { prepareCandidates } from "./create-candidates.ts";
import { restoreIndexFile } from "./index-files.ts";
import { statisticsFinder } from "../../catalog/find-statistics.ts";
import { readIndexes } from "./index-shapes.ts";
import { indexVisibility } from "./index-visibility.ts";
import { openForSnapshot } from "./open-for-snapshot.ts";
import { applySettings } from "./planner-settings.ts";
import { beginRestoration } from "./restoration.ts";
import {
  restoreIndexes,
  restoreReferences,
  restoreTables,
  setSearchPath,
} from "./restore-schema.ts";
import { restoreStatistics } from "./restore-statistics.ts";
import type { SandboxDatabase } from "./sandbox-database.ts";
import { sandboxPlanner } from "./sandbox-planner.ts";
import { qualifiedName, quoteLiteral } from "./sql-names.ts";
import { tableFamilies } from "./table-family.ts";

/**
 * A planner over a snapshot: an embedded PostgreSQL with the snapshot's structure, statistics and settings, and files that
 * claim the real ones' sizes. It holds no rows and executes nothing but EXPLAIN.
 * Throws `DbadviseError` `planner-failed` where it can't be made at all.
 */
export async function createSandbox(
  snapshot: Snapshot,
  progress: (message: string) => void,
): Promise<Planner> {
  progress("starting the embedded PostgreSQL");
  return openForSnapshot(snapshot, [], (database) => restore(database, snapshot, progress));
}

async function restore(
  database: SandboxDatabase,
  snapshot: Snapshot,
  progress: (message: string) => void,
): Promise<Planner> {
  const { tables } = snapshot.catalog;
  const restoration = beginRestoration(database);
  const find = statisticsFinder(snapshot);
  const byKey = new Map(tables.map((table) => [tableKey(table), table]));

  progress(`restoring ${tables.length} tables`);
  await restoreTables(restoration, snapshot);
  await restoreIndexes(restoration, tables);
  const definitions = new Map(
    tables.flatMap((table) =>
      table.indexes.map(
        (index) => [tableKey({ schema: table.schema, name: index.name }), index] as const,
      ),
    ),
  );
  const indexes = (await readIndexes(database, 0)).flatMap((index) => {
    const definition = definitions.get(tableKey(index.name));
    const table = byKey.get(tableKey(index.table));
    return definition === undefined || table === undefined ? [] : [{ index, definition, table }];
  });
  const findEnds = endsFinder(database, find, snapshot.columnEnds ?? []);
  for (const { index, definition, table } of indexes)
    await restoreIndexFile(database, index, table, definition.pages, find, findEnds);
  const invalid = indexes
    .filter(({ definition }) => !definition.valid)
    .map(({ index }) => index.oid);
  if (invalid.length > 0) {
    await database.run(
      `update pg_index set indisvalid = false where indexrelid in (${invalid.join(", ")})`,
    );
  }
  await restoreReferences(restoration, snapshot);
  progress("restoring statistics");
  await restoreStatistics(restoration, snapshot);
  await extendTables(database, tables);
  await prepareCandidates(database);
  await applySettings(restoration, snapshot);
  await setSearchPath(restoration, snapshot);

  const visibility = indexVisibility(
    database,
    indexes.map(({ index, definition }) => ({
      index,
      parent: definition.parent,
      valid: definition.valid,
    })),
  );
  return sandboxPlanner({
    database,
    name: plannerName(database.version, snapshot),
    families: tableFamilies(tables),
    indexes: indexes.map(({ index }) => index),
    visibility,
    find,
    findEnds,
    gaps: [...restoration.gaps, ...versionGaps(snapshot)],
    versionNumber: snapshot.server.versionNumber,
  });
}

/** The planner scales a table's rows by its file's length: the last step, since index builds and checks read the files. */
export async function extendTables(
  database: SandboxDatabase,
  tables: readonly Table[],
): Promise<void> {
  for (const table of tables) {
    if (table.kind === "partitioned") continue;
    const [row] = await database.run(
      `select pg_relation_filepath(to_regclass(${quoteLiteral(qualifiedName(table))})) as path`,
    );
    const path = row?.["path"];
    if (typeof path !== "string") continue;
    database.files.setLength(path, table.currentPages);
    // Rows that the planner meets at an index's ends are taken for visible.
    database.files.setLength(`${path}_vm`, 1);
    database.files.writePages(`${path}_vm`, visibilityPage());
  }
}

/** What the sandbox's planner can do, an older server can't, and no setting takes away. */
function versionGaps({ server }: Snapshot): readonly CaptureGap[] {
  if (server.versionNumber >= 180_000) return [];
  const reason =
    "plans are made by PostgreSQL 18, which joins (right anti and right semi joins) and counts the rows that parallel workers hand over in new ways; " +
    `a plan that needs that is cheaper here than on version ${Math.floor(server.versionNumber / 10_000)}`;
  return [{ object: "planner", reason }];
}

function plannerName(version: string, { server }: Snapshot): string {
  const major = Math.floor(server.versionNumber / 10_000);
  const same = version.split(".")[0] === String(major);
  const source = /^[\d.]+/.exec(server.version)?.[0] ?? server.version;
  return same
    ? `sandbox (PostgreSQL ${version})`
    : `sandbox (PostgreSQL ${version}, server is ${source})`;
}
