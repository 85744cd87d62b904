import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { constraintObject, tableText } from "../../../migration/rule-objects.ts";
import { addedConstraints } from "./added-constraints.ts";
import { workOf } from "./effects-of.ts";
import { notValidSteps } from "./not-valid-steps.ts";

/** A check, or a named NOT NULL (PostgreSQL 18), that is held against all rows at once. */
export const addCheckValidated: MigrationRule = {
  code: "add-check-validated",
  severity: "error",
  down: true,
  check: (statement) =>
    addedConstraints(statement, "check", "not-null")
      .filter(
        ({ action, table, constraint }) =>
          !constraint.notValid && isInUse(statement, table) && workOf(statement, action) !== "none",
      )
      .map(({ table, constraint }) => ({
        object: constraintObject(table, constraint.name, constraint.columns),
        message:
          `The constraint is checked for every row of ${tableText(table)} under ACCESS EXCLUSIVE: nobody reads or writes the ` +
          "table until it is done.",
        advice:
          "Add it NOT VALID, which looks at no old row and holds for new ones, and validate it in a migration of its own: that " +
          "lets others read and write.",
        steps: notValidSteps(statement, table, constraint.kind === "check" ? "check" : "not-null"),
        work: "scan",
        table,
      })),
};
