import type { ForeignKey, Index, Table, TableName } from "../../catalog/catalog.ts";
import type { ServerTraits } from "../server-traits.ts";

/** A foreign key together with its table. */
export interface Reference {
  readonly table: TableName;
  readonly key: ForeignKey;
}

/**
 * The indexes, with the foreign keys that need them: the server refuses to drop the only index that serves one, on the side that
 * refers as well as on the one that is referred to. What several indexes could serve needs none of them.
 */
export function withRequiredIndexes(
  table: Table,
  incoming: readonly Reference[],
  traits: ServerTraits,
): Table {
  const needed = new Map<string, string>();
  const need = (key: ForeignKey, serving: readonly Index[]): void => {
    const [only, ...others] = serving;
    if (only !== undefined && others.length === 0) needed.set(only.name, key.name);
  };
  for (const key of table.foreignKeys) {
    need(
      key,
      table.indexes.filter((index) => serves(index, key.columns, traits)),
    );
  }
  for (const { key } of incoming) {
    const leading = table.indexes.filter((index) => serves(index, key.referencedColumns, traits));
    const exact = leading.filter(
      ({ unique, keys }) => unique && keys.length === key.referencedColumns.length,
    );
    need(key, traits.parentKeysUnique && exact.length > 0 ? exact : leading);
  }
  if (needed.size === 0) return table;
  return {
    ...table,
    indexes: table.indexes.map((index) => {
      const requiredBy = needed.get(index.name);
      return requiredBy === undefined ? index : { ...index, requiredBy };
    }),
  };
}

/** Whether the index begins with whole columns of the key in the key's order. The primary key at its end does not count. */
function serves(index: Index, columns: readonly string[], traits: ServerTraits): boolean {
  return (
    index.method === "btree" &&
    columns.every((column, place) => {
      const key = index.keys[place];
      return (
        key?.column === column &&
        key.prefix === undefined &&
        (key.direction === "asc" || traits.descendingServesForeignKeys)
      );
    })
  );
}
