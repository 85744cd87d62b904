import { actionsOf } from "../actions-of.ts";
import { isInUse } from "../is-in-use.ts";
import type { MigrationRule } from "../migration-rule.ts";
import { columnObject, tableText } from "../rule-objects.ts";
import { addsColumn } from "../adds-column.ts";

/** DROP COLUMN of one that running code may still name. */
export const dropColumn: MigrationRule = {
  code: "drop-column",
  severity: "warning",
  check: (statement) =>
    actionsOf(statement, "drop-column")
      .filter(
        ({ table, column }) =>
          isInUse(statement, table) && !addsColumn(statement.earlier, table, column),
      )
      .map(({ table, column }) => ({
        basis: "inferred",
        object: columnObject(table, column),
        message:
          `Column ${column} of ${tableText(table)} is dropped: code that is still running fails with the next query that names ` +
          "it. Many object mappers name every column that they knew when they were started.",
        advice:
          "Take two releases: first one whose code neither reads nor writes the column (where the mapper keeps a list, leave it " +
          "out there), then one with this migration.",
        steps: [],
        work: "none",
        table,
      })),
};
