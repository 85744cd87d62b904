import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { constraintObject, tableText } from "../../../migration/rule-objects.ts";
import { addedConstraints } from "./added-constraints.ts";
import { workOf } from "./effects-of.ts";
import { notValidSteps } from "./not-valid-steps.ts";

/** A foreign key that is checked against all rows at once. */
export const addForeignKeyValidated: MigrationRule = {
  code: "add-foreign-key-validated",
  severity: "error",
  down: true,
  check: (statement) =>
    addedConstraints(statement, "foreign-key")
      .filter(
        ({ action, table, constraint }) =>
          !constraint.notValid && isInUse(statement, table) && workOf(statement, action) !== "none",
      )
      .map(({ table, constraint }) => {
        const references = constraint.foreignKey?.references ?? table;
        return {
          object: constraintObject(table, constraint.name, constraint.columns),
          message:
            `The foreign key is checked for every row of ${tableText(table)} under SHARE ROW EXCLUSIVE: nobody writes ` +
            `${tableText(table)} or ${tableText(references)} until it is done.`,
          advice:
            "Add it NOT VALID, which looks at no old row and holds for new ones, and validate it in a migration of its own: that " +
            "lets others read and write.",
          steps: notValidSteps(statement, table, "foreign-key"),
          work: "scan",
          table,
        };
      }),
};
