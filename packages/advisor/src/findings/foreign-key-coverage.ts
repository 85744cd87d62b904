import {
  type Catalog,
  type ForeignKey,
  type Index,
  type Table,
  tableKey,
} from "../catalog/catalog.ts";
import { partitionsOf, type TableIndex } from "../catalog/partitions.ts";

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

/**
 * Another index that the server could rest a foreign key on, of the table that refers or of the one that is referred to: it
 * begins with the key's columns, whole and in their order. `undefined` where there is none outside `except`, or the key is
 * not known.
 */
export function standInForKey(
  { table, index }: TableIndex,
  name: string,
  catalog: Catalog,
  except: ReadonlySet<Index>,
): Index | undefined {
  const own = table.foreignKeys.find((key) => key.name === name);
  const [to] = catalog.tables
    .flatMap(({ foreignKeys }) => foreignKeys)
    .filter((key) => key.name === name && tableKey(key.references) === tableKey(table));
  const columns = own?.columns ?? to?.referencedColumns;
  if (columns === undefined) return undefined;
  return table.indexes.find(
    (other) =>
      other !== index &&
      !except.has(other) &&
      other.method === "btree" &&
      columns.every(
        (column, at) => other.keys[at]?.column === column && other.keys[at]?.prefix === undefined,
      ),
  );
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
