import { actionsOf } from "../actions-of.ts";
import { isInUse } from "../is-in-use.ts";
import type { MigrationRule, RuleContext } from "../migration-rule.ts";
import { columnObject, tableText } from "../rule-objects.ts";
import type { ColumnDefinition } from "../schema-action.ts";
import type { SafeStep } from "../runner.ts";
import type { CheckedStatement } from "../migration-rule.ts";
import type { ActionOf } from "../actions-of.ts";

/** How an engine adds such a column in steps; none where it only advises. */
export type NullableFirst = (
  action: ActionOf<"add-column">,
  statement: CheckedStatement,
  context: RuleContext,
) => readonly SafeStep[];

/** ADD COLUMN ... NOT NULL with nothing to put into the rows that are there. */
export function notNullWithoutDefault(nullableFirst: NullableFirst): MigrationRule {
  return {
    code: "not-null-without-default",
    severity: "error",
    check: (statement, context) =>
      actionsOf(statement, "add-column")
        .filter(
          ({ table, column }) =>
            hasNoValue(column) &&
            isInUse(statement, table) &&
            context.production(table)?.rows !== 0,
        )
        .map((action) => ({
          // A trial has no rows to fail with.
          basis: "inferred",
          object: columnObject(action.table, action.column.name),
          message:
            `Column ${action.column.name} of ${tableText(action.table)} is NOT NULL without a default: the statement fails as ` +
            "soon as the table has one row, and running code that does not know the column can't insert any more.",
          advice:
            "Give it a constant default; or add it without NOT NULL, release code that writes it, fill the rows that are there, " +
            "and then make it NOT NULL.",
          steps: nullableFirst(action, statement, context),
          work: "none",
          table: action.table,
        })),
  };
}

function hasNoValue({ notNull, fill, generated, identity, serial }: ColumnDefinition): boolean {
  return notNull && fill === "none" && generated === null && !identity && !serial;
}
