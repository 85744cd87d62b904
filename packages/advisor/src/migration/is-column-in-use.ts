import type { TableName } from "../catalog/catalog.ts";
import { isInUse } from "./is-in-use.ts";
import type { CheckedStatement } from "./migration-rule.ts";

/** Whether code that runs already may name a column: not one that this change added, nor one of a table that it made. */
export function isColumnInUse(
  statement: Pick<CheckedStatement, "schema">,
  table: TableName,
  column: string,
): boolean {
  const known = statement.schema.table(table)?.columns.find(({ name }) => name === column);
  return known?.created !== true && isInUse(statement, table);
}
