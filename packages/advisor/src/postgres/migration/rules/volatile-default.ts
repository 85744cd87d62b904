import { actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { columnObject, tableText } from "../../../migration/rule-objects.ts";
import { addNullableFirst } from "./add-nullable-first.ts";
import { workOf } from "./effects-of.ts";
import { batchAdvice } from "./safe-steps.ts";

/** ADD COLUMN whose default differs from row to row. */
export const volatileDefault: MigrationRule = {
  code: "volatile-default",
  severity: "error",
  down: true,
  check: (statement, { serverVersion }) =>
    actionsOf(statement, "add-column")
      .filter(
        (action) =>
          action.column.generated !== "stored" &&
          !action.column.identity &&
          !action.column.serial &&
          isInUse(statement, action.table) &&
          workOf(statement, action) === "rewrite",
      )
      .map((action) => {
        const { table, column } = action;
        const sure = statement.observation !== null || column.fill === "volatile";
        return {
          object: columnObject(table, column.name),
          message:
            `The default of ${column.name} ${sure ? "is" : "may be"} computed for every row: all of ${tableText(table)} is written ` +
            "anew under ACCESS EXCLUSIVE, and nobody reads or writes the table until it is done.",
          advice:
            "Add the column without it, set the default for new rows, and fill the old ones afterwards. " +
            batchAdvice(table, column.name, "DEFAULT"),
          steps: addNullableFirst(action, statement, serverVersion),
          work: "rewrite",
          table,
        };
      }),
};
