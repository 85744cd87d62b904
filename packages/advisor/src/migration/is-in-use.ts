import type { TableName } from "../catalog/catalog.ts";
import type { CheckedStatement } from "./migration-rule.ts";

/**
 * Whether a table may hold rows that somebody uses: not where this change made it, and not where it is temporary. A table that
 * the history does not speak of may well exist.
 */
export function isInUse({ schema }: Pick<CheckedStatement, "schema">, table: TableName): boolean {
  const known = schema.table(table);
  return known === null || !(known.created || known.temporary);
}
