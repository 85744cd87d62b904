import { type Catalog, type Index, type Table, type TableName, tableKey } from "./catalog.ts";

/** An index together with its table. */
export interface TableIndex {
  readonly table: Table;
  readonly index: Index;
}

export function findTable(name: TableName, catalog: Catalog): Table | undefined {
  return catalog.tables.find((table) => tableKey(table) === tableKey(name));
}

/** Finds an index by schema and name. */
export function findIndex(name: TableName, catalog: Catalog): TableIndex | undefined {
  for (const table of catalog.tables) {
    if (table.schema !== name.schema) continue;
    const index = table.indexes.find((each) => each.name === name.name);
    if (index) return { table, index };
  }
  return undefined;
}

/** An index's name with its schema, which is its table's. */
export function indexTableName({ table, index }: TableIndex): TableName {
  return { schema: table.schema, name: index.name };
}

/** Direct partitions; empty for a table that is not partitioned. */
export function partitionsOf(name: TableName, catalog: Catalog): readonly Table[] {
  const key = tableKey(name);
  return catalog.tables.filter(
    (table) => table.partitionOf !== null && tableKey(table.partitionOf.parent) === key,
  );
}

/** The tables that hold the rows: the table itself, or the leaves of a partitioned one. */
export function storageTables(table: Table, catalog: Catalog): readonly Table[] {
  if (table.kind !== "partitioned") return [table];
  return partitionsOf(table, catalog).flatMap((partition) => storageTables(partition, catalog));
}

/** Indexes of partitions that are attached directly to this one. */
export function attachedIndexes(name: TableName, catalog: Catalog): readonly TableIndex[] {
  const key = tableKey(name);
  return catalog.tables.flatMap((table) =>
    table.indexes
      .filter((index) => index.parent !== null && tableKey(index.parent) === key)
      .map((index) => ({ table, index })),
  );
}

/** The index and everything attached below it: what a drop of it takes along. */
export function indexTree(root: TableIndex, catalog: Catalog): readonly TableIndex[] {
  const below = attachedIndexes(indexTableName(root), catalog);
  return [root, ...below.flatMap((child) => indexTree(child, catalog))];
}

/**
 * Keys of every table whose scan may read this one, or that this one's scan reads: the table, its ancestors and its
 * descendants, by partition or inheritance.
 */
export function tableFamily(table: Table, catalog: Catalog): ReadonlySet<string> {
  const family = new Set<string>();
  const parents = (each: Table): readonly TableName[] =>
    each.partitionOf ? [each.partitionOf.parent, ...each.inherits] : each.inherits;
  const up = (each: Table): void => {
    if (family.has(tableKey(each))) return;
    family.add(tableKey(each));
    for (const parent of parents(each)) {
      const found = findTable(parent, catalog);
      if (found) up(found);
    }
  };
  const down = (each: Table): void => {
    const key = tableKey(each);
    for (const child of catalog.tables) {
      if (family.has(tableKey(child)) || !parents(child).some((parent) => tableKey(parent) === key))
        continue;
      family.add(tableKey(child));
      down(child);
    }
  };
  up(table);
  down(table);
  return family;
}
