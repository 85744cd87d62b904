import {
  type Catalog,
  type ForeignKey,
  type Index,
  type Table,
  tableKey,
} from "../catalog/catalog.ts";
import { partitionsOf } from "../catalog/partitions.ts";

/**
 * Whether the index finds the rows that reference a given key: its leading columns are the foreign key's, in any order.
 * A partial index counts where it leaves out only rows without a reference.
 */
export function coversForeignKey(index: Index, columns: readonly string[]): boolean {
  const searchable = index.method === "btree" || (index.method === "hash" && columns.length === 1);
  if (!searchable || !index.valid || !keepsReferences(index.predicate, columns)) return false;
  const leading = new Set(index.keys.slice(0, columns.length).map((key) => key.column));
  return columns.every((column) => leading.has(column));
}

/** Whether the table, or else every one of its partitions, has an index for the foreign key, not counting `except`. */
export function isForeignKeyIndexed(
  table: Table,
  foreignKey: ForeignKey,
  catalog: Catalog,
  except: ReadonlySet<Index> = new Set(),
): boolean {
  if (
    table.indexes.some((index) => !except.has(index) && coversForeignKey(index, foreignKey.columns))
  )
    return true;
  const partitions = partitionsOf(table, catalog).filter(
    (partition) => partition.kind !== "foreign",
  );
  return (
    partitions.length > 0 &&
    partitions.every((partition) => isForeignKeyIndexed(partition, foreignKey, catalog, except))
  );
}

/** Whether the index begins with these columns, whole and in their order. */
export function leadsInOrder({ method, keys }: Index, columns: readonly string[]): boolean {
  return (
    method === "btree" &&
    columns.every((column, at) => keys[at]?.column === column && keys[at].prefix === undefined)
  );
}

/** Foreign keys that refer from the table, and to it, with the columns that they have there. */
export function keysOn(
  table: Table,
  catalog: Catalog,
): readonly { readonly name: string; readonly columns: readonly string[] }[] {
  const to = catalog.tables
    .flatMap(({ foreignKeys }) => foreignKeys)
    .filter(({ references }) => tableKey(references) === tableKey(table))
    .map(({ name, referencedColumns }) => ({ name, columns: referencedColumns }));
  return [...table.foreignKeys, ...to];
}

/** `col IS NOT NULL` of the key's columns, AND-ed. The server prints it as `(col IS NOT NULL)`. */
function keepsReferences(predicate: string | null, columns: readonly string[]): boolean {
  if (predicate === null) return true;
  const terms = predicate.replace(/[()]/g, "").split(/\s+AND\s+/i);
  return terms.every((term) => {
    const column = /^\s*("(?:[^"]|"")*"|[^\s"]+)\s+IS\s+NOT\s+NULL\s*$/i.exec(term)?.[1];
    if (column === undefined) return false;
    const name = column.startsWith('"') ? column.slice(1, -1).replaceAll('""', '"') : column;
    return columns.includes(name);
  });
}
