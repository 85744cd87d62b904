import type { TableName } from "../../catalog/catalog.ts";
import { actionsOf } from "../actions-of.ts";
import { isColumnInUse } from "../is-column-in-use.ts";
import type { KnownSchema } from "../known-schema.ts";
import type { MigrationRule } from "../migration-rule.ts";
import { columnObject, tableText } from "../rule-objects.ts";

/** A column that running code calls by its old name. */
export const renameColumn: MigrationRule = {
  code: "rename-column",
  severity: "error",
  check: (statement, context) =>
    actionsOf(statement, "rename-column")
      .filter(
        ({ table, column }) =>
          isColumnInUse(statement, table, column) && !hasColumn(context.final, table, column),
      )
      .map(({ table, column, to }) => ({
        basis: "inferred",
        object: columnObject(table, column),
        message:
          `Column ${column} of ${tableText(table)} becomes ${to}: until every server runs code that knows the new name, one of ` +
          "the two names fails.",
        advice:
          `Leave the column its name and call it ${to} in the code alone. Where it must change: add ${to}, write both, copy the ` +
          `old values, read ${to}, and drop ${column} a release later.`,
        steps: [],
        work: "none",
        table,
      })),
};

/** Whether another column has the old name in the end: the two changed places. */
function hasColumn(schema: KnownSchema, table: TableName, column: string): boolean {
  return schema.table(table)?.columns.some(({ name }) => name === column) ?? false;
}
