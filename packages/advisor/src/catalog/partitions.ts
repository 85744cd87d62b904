import { type Catalog, type Index, type Table, type TableName, tableKey } from "./catalog.ts";

/** An index together with its table. */
export interface TableIndex {
  readonly table: Table;
  readonly index: Index;
}

/** Ways through a catalog, by key: found once, since catalogs of thousands of tables are asked thousands of times. */
interface Relations {
  readonly tables: ReadonlyMap<string, Table>;
  readonly partitions: ReadonlyMap<string, readonly Table[]>;
  /** Partitions and inheritance children. */
  readonly children: ReadonlyMap<string, readonly Table[]>;
  readonly attached: ReadonlyMap<string, readonly TableIndex[]>;
}

const known = new WeakMap<Catalog, Relations>();

function relationsOf(catalog: Catalog): Relations {
  let relations = known.get(catalog);
  if (relations === undefined) {
    relations = findRelations(catalog);
    known.set(catalog, relations);
  }
  return relations;
}

function findRelations({ tables }: Catalog): Relations {
  const byKey = new Map<string, Table>();
  const partitions = new Map<string, Table[]>();
  const children = new Map<string, Table[]>();
  const attached = new Map<string, TableIndex[]>();
  for (const table of tables) {
    const key = tableKey(table);
    if (!byKey.has(key)) byKey.set(key, table);
    if (table.partitionOf !== null) append(partitions, tableKey(table.partitionOf.parent), table);
    for (const parent of new Set(parentsOf(table).map(tableKey))) append(children, parent, table);
    for (const index of table.indexes)
      if (index.parent !== null) append(attached, tableKey(index.parent), { table, index });
  }
  return { tables: byKey, partitions, children, attached };
}

function append<Value>(lists: Map<string, Value[]>, key: string, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function parentsOf(table: Table): readonly TableName[] {
  return table.partitionOf ? [table.partitionOf.parent, ...table.inherits] : table.inherits;
}

export function findTable(name: TableName, catalog: Catalog): Table | undefined {
  return relationsOf(catalog).tables.get(tableKey(name));
}

/** Finds an index by what {@link indexTableName} gives. */
export function findIndex(name: TableName, catalog: Catalog): TableIndex | undefined {
  for (const table of catalog.tables) {
    if (table.schema !== name.schema) continue;
    const index = table.indexes.find((each) => nameInSchema(each) === name.name);
    if (index) return { table, index };
  }
  return undefined;
}

/** What tells an index from all others: its table's schema, and its name there. */
export function indexTableName({ table, index }: TableIndex): TableName {
  return { schema: table.schema, name: nameInSchema(index) };
}

function nameInSchema(index: Index): string {
  return index.nameInSchema ?? index.name;
}

/** Direct partitions; empty for a table that is not partitioned. */
export function partitionsOf(name: TableName, catalog: Catalog): readonly Table[] {
  return relationsOf(catalog).partitions.get(tableKey(name)) ?? [];
}

/** The tables that hold the rows: the table itself, or the leaves of a partitioned one. */
export function storageTables(table: Table, catalog: Catalog): readonly Table[] {
  if (table.kind !== "partitioned") return [table];
  return partitionsOf(table, catalog).flatMap((partition) => storageTables(partition, catalog));
}

/** Indexes of partitions that are attached directly to this one. */
export function attachedIndexes(name: TableName, catalog: Catalog): readonly TableIndex[] {
  return relationsOf(catalog).attached.get(tableKey(name)) ?? [];
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
  const up = (each: Table): void => {
    if (family.has(tableKey(each))) return;
    family.add(tableKey(each));
    for (const parent of parentsOf(each)) {
      const found = findTable(parent, catalog);
      if (found) up(found);
    }
  };
  const down = (each: Table): void => {
    for (const child of relationsOf(catalog).children.get(tableKey(each)) ?? []) {
      if (family.has(tableKey(child))) continue;
      family.add(tableKey(child));
      down(child);
    }
  };
  up(table);
  down(table);
  return family;
}
