import { type TableName, tableKey } from "../../../catalog/catalog.ts";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import type { TableLock } from "../../../migration/trial.ts";

/**
 * Tables that a statement needs for itself, be it for a moment: it waits for all transactions that have used them, and whoever
 * comes later waits behind it. https://dev.mysql.com/doc/refman/8.4/en/metadata-locking.html
 */
export function metadataLocks(actions: readonly SchemaAction[]): readonly TableLock[] {
  const tables = new Map(
    actions.flatMap(lockedBy).map((table) => [tableKey(table), table] as const),
  );
  return [...tables.values()].map(metadataLock);
}

export function metadataLock(table: TableName): TableLock {
  return { table, mode: "EXCLUSIVE metadata lock", blocksReads: true, blocksWrites: true };
}

/** Tables that new foreign keys refer to: MySQL locks them too, MariaDB does not. */
export function referencedTables(actions: readonly SchemaAction[]): readonly TableName[] {
  return actions
    .flatMap((action) => {
      if (action.kind === "create-table" || action.kind === "add-column") return action.constraints;
      return action.kind === "add-constraint" ? [action.constraint] : [];
    })
    .flatMap(({ foreignKey }) => (foreignKey === null ? [] : [foreignKey.references]));
}

function lockedBy(action: SchemaAction): readonly TableName[] {
  if (action.kind === "create-index") return [action.index.table];
  if (action.kind === "create-table" || action.kind === "write-rows") return [];
  const table = "table" in action ? action.table : undefined;
  return table == null ? [] : [table];
}
