import { isDeepStrictEqual } from "node:util";
import { tableKey } from "../../catalog/catalog.ts";
import { findTable, tableFamily } from "../../catalog/partitions.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Query } from "../../workload/workload.ts";

/** Whether the plan of a query may differ after the change by more than chance: it uses a table that is another one then. */
export function touchedBy(before: Snapshot, after: Snapshot): (query: Query) => boolean {
  // What tables share (types, functions, views) may be in any query.
  if (
    !isDeepStrictEqual(before.prelude, after.prelude) ||
    !isDeepStrictEqual(before.catalog.views, after.catalog.views) ||
    !isDeepStrictEqual(before.extendedStatistics, after.extendedStatistics)
  )
    return () => true;
  const touched = new Set<string>();
  const now = new Map(after.catalog.tables.map((table) => [tableKey(table), table]));
  for (const table of before.catalog.tables) {
    if (isDeepStrictEqual(table, now.get(tableKey(table)))) continue;
    for (const key of tableFamily(table, before.catalog)) touched.add(key);
  }
  return ({ statement }) =>
    statement.unresolved.length > 0 ||
    statement.tables.some(({ table }) => touched.has(tableKey(table)));
}

/** Keys of the tables that a query reads or writes, and of all that a scan of them may read. */
export function tablesOf({ statement }: Query, { catalog }: Snapshot): ReadonlySet<string> {
  return new Set(
    statement.tables.flatMap(({ table }) => {
      const found = findTable(table, catalog);
      return found === undefined ? [tableKey(table)] : [...tableFamily(found, catalog)];
    }),
  );
}
