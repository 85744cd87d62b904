import { type TableName, tableKey } from "../catalog/catalog.ts";
import type { CheckedStatement } from "./migration-rule.ts";

/** Whether the trial showed that there is no such table: a statement with IF EXISTS did nothing to it. */
export function isAbsent(
  { observation, schema }: Pick<CheckedStatement, "observation" | "schema">,
  table: TableName,
): boolean {
  if (observation === null || schema.table(table) !== null) return false;
  const locked = [...observation.locks, ...observation.held].map((lock) => tableKey(lock.table));
  return !locked.includes(tableKey(table));
}
