import { type TableName, tableKey } from "../catalog/catalog.ts";
import { actionsOf } from "./actions-of.ts";
import type { CheckedStatement } from "./migration-rule.ts";

/** Whether one of the statements makes the column: nobody uses it yet. */
export function addsColumn(
  statements: readonly CheckedStatement[],
  table: TableName,
  column: string,
): boolean {
  return statements.some((statement) =>
    actionsOf(statement, "add-column").some(
      (action) => tableKey(action.table) === tableKey(table) && action.column.name === column,
    ),
  );
}
