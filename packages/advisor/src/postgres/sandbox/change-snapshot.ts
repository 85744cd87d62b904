import { type Table, tableKey } from "../../catalog/catalog.ts";
import { statisticsFinder } from "../../catalog/find-statistics.ts";
import type { ChangedSnapshot, SchemaChange } from "../../catalog/changed-snapshot.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import { carryExtended, carryStatistics } from "./carry-statistics.ts";
import { endsFinder } from "./column-ends.ts";
import { sizeIndex } from "./create-candidates.ts";
import { extendTables } from "./create-sandbox.ts";
import { createdExtensions, mayChangePlans } from "./ddl-statement.ts";
import { readIndexes } from "./index-shapes.ts";
import { mergeStructure } from "./merge-structure.ts";
import { openForSnapshot } from "./open-for-snapshot.ts";
import { readIdentities, readStructure } from "./read-structure.ts";
import { PAGE_BYTES } from "./relation-files.ts";
import { beginRestoration, reasonOf, type Restoration } from "./restoration.ts";
import {
  restoreIndexes,
  restoreReferences,
  restoreTables,
  setSearchPath,
} from "./restore-schema.ts";
import { restoreStatistics } from "./restore-statistics.ts";
import type { SandboxDatabase } from "./sandbox-database.ts";
import { schemaChanges } from "./schema-changes.ts";
import { objectName, qualifiedName } from "./sql-names.ts";
import { tableFamilies } from "./table-family.ts";
import { withoutConcurrently } from "../without-concurrently.ts";

/**
 * Runs DDL on the snapshot's schema, without rows, and reads what became of it. Sizes and statistics stay with the tables,
 * columns and indexes that they are of, whatever these are called then. Statements that no plan depends on are passed over.
 * Throws `DbadviseError` `planner-failed` where the embedded PostgreSQL can't be set up.
 */
export async function changeSnapshot(
  snapshot: Snapshot,
  statements: readonly string[],
  progress: (message: string) => void,
): Promise<ChangedSnapshot> {
  const unchanged = { snapshot, changes: [], failed: [], notes: [] };
  if (statements.length === 0) return unchanged;
  progress("applying the migration to production's schema");
  return openForSnapshot(snapshot, createdExtensions(statements), async (database) => {
    const restoration = beginRestoration(database);
    await restoreTables(restoration, snapshot);
    await restoreIndexes(restoration, snapshot.catalog.tables);
    await restoreReferences(restoration, snapshot);
    await restoreNames(restoration, snapshot);
    const { searchPath } = snapshot.catalog;
    const texts = [
      ...(snapshot.workload?.events ?? []).map(({ sql }) => sql),
      ...snapshot.prelude.map(({ ddl }) => ddl),
    ];
    const base = await readStructure(database, searchPath, texts);
    await setSearchPath(restoration, snapshot);
    const { changes, failed } = await applyAll(database, statements);
    const after = await readStructure(database, searchPath, texts);
    const merged = mergeStructure(snapshot, base, after);
    const carried = await carryStatistics(
      database,
      snapshot.statistics,
      snapshot.columnEnds ?? [],
      merged.columns,
      merged.indexes,
    );
    const changed: Snapshot = {
      ...merged.snapshot,
      statistics: carried.statistics,
      extendedStatistics: carryExtended(
        snapshot.extendedStatistics,
        after.extendedStatistics,
        merged.columns,
      ),
      ...(snapshot.columnEnds === undefined ? {} : { columnEnds: carried.columnEnds }),
    };
    const sized =
      merged.created.length === 0
        ? changed
        : await sizeCreated(
            restoration,
            changed,
            new Set(
              merged.created.map(({ table, index }) =>
                tableKey({ schema: table.schema, name: index.name }),
              ),
            ),
          );
    await database.close();
    const notes = [...merged.notes, ...carried.notes];
    // The snapshot itself where no plan could differ: not a copy that only looks the same.
    return changes.length === 0 && isSame(base, after)
      ? { ...unchanged, failed }
      : { snapshot: sized, changes, failed, notes };
  });
}

/** Objects that statements may name, though no plan needs them: sequences, and statistics over several columns. */
async function restoreNames(restoration: Restoration, snapshot: Snapshot): Promise<void> {
  for (const sequence of snapshot.catalog.sequences ?? []) {
    await restoration.attempt(
      objectName("sequence", sequence),
      `create sequence if not exists ${qualifiedName(sequence)}`,
    );
  }
  for (const statistics of snapshot.extendedStatistics)
    await restoration.attempt(objectName("statistics", statistics), statistics.definition);
}

async function applyAll(
  database: SandboxDatabase,
  statements: readonly string[],
): Promise<Pick<ChangedSnapshot, "changes" | "failed">> {
  const changes: SchemaChange[] = [];
  const failed: { position: number; reason: string }[] = [];
  let before = await readIdentities(database);
  for (const [position, sql] of statements.entries()) {
    if (!mayChangePlans(sql)) continue;
    try {
      await database.run(withoutConcurrently(sql));
    } catch (error) {
      await database.run("rollback");
      if (!isAboutRoles(error)) failed.push({ position, reason: reasonOf(error) });
      continue;
    }
    const after = await readIdentities(database);
    changes.push(...schemaChanges(before, after, position));
    before = after;
  }
  return { changes, failed };
}

/** The sandbox has no roles but its own, and no plan depends on any. */
function isAboutRoles(error: unknown): boolean {
  return (
    error instanceof Error &&
    Reflect.get(error, "code") === "42704" &&
    error.message.startsWith("role ")
  );
}

function isSame(
  base: Awaited<ReturnType<typeof readStructure>>,
  after: Awaited<ReturnType<typeof readStructure>>,
): boolean {
  const { identities: _base, byName: _baseNames, ...before } = base;
  const { identities: _after, byName: _afterNames, ...now } = after;
  return JSON.stringify(before) === JSON.stringify(now);
}

/** The snapshot with estimated sizes of its new indexes. Partial ones need the statistics to tell how many rows they hold. */
async function sizeCreated(
  restoration: Restoration,
  snapshot: Snapshot,
  created: ReadonlySet<string>,
): Promise<Snapshot> {
  const { database } = restoration;
  const families = tableFamilies(snapshot.catalog.tables);
  const find = statisticsFinder(snapshot);
  const findEnds = endsFinder(database, find, snapshot.columnEnds ?? []);
  const parts = { database, families, find, findEnds };
  const isCreated = (table: Table, name: string): boolean =>
    created.has(tableKey({ schema: table.schema, name }));
  const partial = snapshot.catalog.tables.filter((table) =>
    table.indexes.some(({ name, predicate }) => predicate !== null && isCreated(table, name)),
  );
  if (partial.length > 0) {
    const keys = new Set(partial.map(tableKey));
    await restoreStatistics(restoration, {
      ...snapshot,
      catalog: { ...snapshot.catalog, tables: partial.map((table) => ({ ...table, indexes: [] })) },
      statistics: snapshot.statistics.filter(({ relation }) => keys.has(tableKey(relation))),
      extendedStatistics: [],
    });
    await extendTables(database, partial);
  }
  const stored = new Map(
    (await readIndexes(database, 0)).map((index) => [tableKey(index.name), index]),
  );
  const tables: Table[] = [];
  for (const table of snapshot.catalog.tables) {
    const indexes: Table["indexes"][number][] = [];
    for (const index of table.indexes) {
      const own = stored.get(tableKey({ schema: table.schema, name: index.name }));
      if (own === undefined || !isCreated(table, index.name)) indexes.push(index);
      else {
        const { bytes, rows } = await sizeIndex(parts, own, index.predicate);
        indexes.push({ ...index, pages: bytes / PAGE_BYTES, rows });
      }
    }
    tables.push({ ...table, indexes });
  }
  return { ...snapshot, catalog: { ...snapshot.catalog, tables } };
}
