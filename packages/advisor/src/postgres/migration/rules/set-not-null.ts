import { type ActionOf, actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { CheckedStatement, MigrationRule } from "../../../migration/migration-rule.ts";
import { columnObject, tableText } from "../../../migration/rule-objects.ts";
import type { SafeStep } from "../../../migration/runner.ts";
import { editAlterTable } from "./edit-alter-table.ts";
import { workOf } from "./effects-of.ts";
import { brieflyLocking, notNullSteps } from "./safe-steps.ts";

/** SET NOT NULL that has to look at every row. */
export const setNotNull: MigrationRule = {
  code: "set-not-null",
  severity: "error",
  down: true,
  check: (statement, { serverVersion }) => {
    const found = actionsOf(statement, "set-not-null").filter(
      (action) => isInUse(statement, action.table) && workOf(statement, action) !== "none",
    );
    const steps = safeSteps(statement, found, serverVersion);
    return found.map(({ table, column }) => ({
      object: columnObject(table, column),
      message:
        `Every row of ${tableText(table)} is looked at for NULL in ${column} under ACCESS EXCLUSIVE: nobody reads or writes the ` +
        "table until it is done.",
      advice:
        "Add the condition as a constraint that is NOT VALID, and validate it in a migration of its own: that lets others read " +
        "and write, and the server then knows without looking.",
      steps,
      work: "scan",
      table,
    }));
  },
};

/** What the statement does besides, and then its columns one by one. */
function safeSteps(
  statement: CheckedStatement,
  found: readonly ActionOf<"set-not-null">[],
  serverVersion: number,
): readonly SafeStep[] {
  const rest = editAlterTable(statement.statement.sql, (clause) =>
    clause.subtype === "AT_SetNotNull" && found.some(({ column }) => column === clause.name)
      ? null
      : clause,
  );
  return [
    ...(rest === null ? [] : [brieflyLocking(statement, "other changes", [rest])]),
    ...found.flatMap(({ table, column }) => notNullSteps(statement, serverVersion, table, column)),
  ];
}
