import { type TableName, tableKey } from "../../../catalog/catalog.ts";
import { actionsOf } from "../../../migration/actions-of.ts";
import { isInUse } from "../../../migration/is-in-use.ts";
import type { MigrationRule } from "../../../migration/migration-rule.ts";
import { constraintObject, tableText } from "../../../migration/rule-objects.ts";
import type { SchemaAction } from "../../../migration/schema-action.ts";
import { workOf } from "./effects-of.ts";
import { validate } from "./safe-steps.ts";

/** VALIDATE while the transaction still holds the lock of its ADD CONSTRAINT. */
export const validateInSameTransaction: MigrationRule = {
  code: "validate-in-same-transaction",
  severity: "error",
  down: true,
  check: (statement) =>
    actionsOf(statement, "validate-constraint").flatMap((action) => {
      const { table, name } = action;
      const added = [...statement.before, statement]
        .flatMap(({ actions }) => actions)
        .find((one) => isOpenConstraint(one, table, name));
      if (added === undefined || !isInUse(statement, table)) return [];
      if (workOf(statement, action) === "none") return [];
      const mode =
        added.constraint.foreignKey === null ? "ACCESS EXCLUSIVE" : "SHARE ROW EXCLUSIVE";
      const whom = added.constraint.foreignKey === null ? "reads or writes" : "writes";
      return [
        {
          object: constraintObject(table, name, added.constraint.columns),
          message:
            `${name} is validated in the transaction that added it, which holds ${mode} on ${tableText(table)} until it is done: ` +
            `nobody ${whom} the table while every row is read, just as without NOT VALID.`,
          advice: "Validate it in a migration, and a transaction, of its own.",
          steps: [validate(table, name)],
          work: "scan" as const,
          table,
        },
      ];
    }),
};

type AddConstraint = Extract<SchemaAction, { kind: "add-constraint" }>;

function isOpenConstraint(
  action: SchemaAction,
  table: TableName,
  name: string,
): action is AddConstraint {
  return (
    action.kind === "add-constraint" &&
    action.constraint.notValid &&
    action.constraint.name === name &&
    tableKey(action.table) === tableKey(table)
  );
}
