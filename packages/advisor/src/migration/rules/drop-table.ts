import { actionsOf } from "../actions-of.ts";
import { isInUse } from "../is-in-use.ts";
import type { MigrationRule } from "../migration-rule.ts";
import { tableObject, tableText } from "../rule-objects.ts";
import { isAbsent } from "../is-absent.ts";

/** DROP TABLE of one that may hold rows. */
export const dropTable: MigrationRule = {
  code: "drop-table",
  severity: "warning",
  check: (statement) =>
    actionsOf(statement, "drop-table")
      .filter(({ table }) => isInUse(statement, table) && !isAbsent(statement, table))
      .map(({ table, cascade }) => ({
        object: tableObject(table),
        message:
          `${tableText(table)} is dropped with its rows${cascade ? " and all that refers to it" : ""}: code that is still ` +
          "running fails with its next query, and only a backup brings the rows back.",
        advice:
          "Release code that no longer names the table first, and make sure that nothing reads it; then drop it in a migration of " +
          "its own. Renaming it for a while keeps the rows at hand.",
        steps: [],
        work: "none",
        table,
      })),
};
