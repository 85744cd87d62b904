import { type TableName, tableKey } from "./catalog.ts";
import type { ColumnStatistics, Snapshot } from "./snapshot.ts";

export type FindStatistics = (table: TableName, column: string) => ColumnStatistics | undefined;

/** Statistics by table and column; a partitioned table has only those with all its children. */
export function statisticsFinder({ statistics }: Pick<Snapshot, "statistics">): FindStatistics {
  const byKey = new Map<string, ColumnStatistics>();
  for (const one of statistics) {
    const key = `${tableKey(one.relation)}\0${one.column}`;
    if (!one.inherited || !byKey.has(key)) byKey.set(key, one);
  }
  return (table, column) => byKey.get(`${tableKey(table)}\0${column}`);
}
