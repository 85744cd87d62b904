import { actionsOf } from "../actions-of.ts";
import type { MigrationRule } from "../migration-rule.ts";
import { columnObject, tableText } from "../rule-objects.ts";
import { isColumnInUse } from "../is-column-in-use.ts";

/** DROP COLUMN of one that running code may still name. */
export const dropColumn: MigrationRule = {
  code: "drop-column",
  severity: "warning",
  check: (statement) =>
    actionsOf(statement, "drop-column")
      .filter(({ table, column }) => isColumnInUse(statement, table, column))
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
