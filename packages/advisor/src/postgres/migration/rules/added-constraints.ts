import type { TableName } from "../../../catalog/catalog.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import type {
  ColumnDefinition,
  ConstraintDefinition,
  SchemaAction,
} from "../../../migration/schema-action.ts";

/** A constraint that a statement adds to a table that is there already. */
export interface AddedConstraint {
  readonly action: SchemaAction;
  readonly table: TableName;
  readonly constraint: ConstraintDefinition;
  /** The column that comes with it; `null` where the constraint comes alone. */
  readonly column: ColumnDefinition | null;
}

/** Constraints of these kinds, at new columns too. */
export function addedConstraints(
  { actions }: Pick<CheckedStatement, "actions">,
  ...kinds: readonly ConstraintDefinition["kind"][]
): readonly AddedConstraint[] {
  return actions
    .flatMap((action): readonly AddedConstraint[] => {
      const { kind } = action;
      if (kind === "add-constraint") {
        return [{ action, table: action.table, constraint: action.constraint, column: null }];
      }
      if (kind !== "add-column") return [];
      const { table, column, constraints } = action;
      return constraints.map((constraint) => ({ action, table, constraint, column }));
    })
    .filter(({ constraint }) => kinds.includes(constraint.kind));
}
