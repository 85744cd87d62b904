import { type Table, type TableName, tableKey } from "../../catalog/catalog.ts";

export interface TableFamilies {
  find(table: TableName): Table | undefined;
  /** The table and all its partitions and inheritance children, at any depth: a query of it reads them all. */
  withChildren(table: TableName): readonly Table[];
  /** The tables without further partitions under a table: where rows are. */
  leaves(table: TableName): readonly Table[];
}

export function tableFamilies(tables: readonly Table[]): TableFamilies {
  const byKey = new Map(tables.map((table) => [tableKey(table), table]));
  const children = new Map<string, Table[]>();
  for (const table of tables) {
    for (const parent of [
      ...table.inherits,
      ...(table.partitionOf === null ? [] : [table.partitionOf.parent]),
    ]) {
      const key = tableKey(parent);
      children.set(key, [...(children.get(key) ?? []), table]);
    }
  }
  const withChildren = (name: TableName): readonly Table[] => {
    const found = new Set<Table>();
    const visit = (table: Table | undefined): void => {
      if (table === undefined || found.has(table)) return;
      found.add(table);
      for (const child of children.get(tableKey(table)) ?? []) visit(child);
    };
    visit(byKey.get(tableKey(name)));
    return [...found];
  };
  return {
    find: (name) => byKey.get(tableKey(name)),
    withChildren,
    leaves: (name) => {
      const table = byKey.get(tableKey(name));
      if (table === undefined) return [];
      // An index on a plain table does not reach its inheritance children, one on a partitioned table all partitions.
      return table.kind === "partitioned"
        ? withChildren(table).filter((one) => one.kind !== "partitioned")
        : [table];
    },
  };
}
