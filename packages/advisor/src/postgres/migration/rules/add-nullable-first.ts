import type { ActionOf } from "../../../migration/actions-of.ts";
import type { CheckedStatement } from "../../../migration/migration-rule.ts";
import type { SafeStep } from "../../../migration/runner.ts";
import { quoteIdent } from "../../quote-ident.ts";
import { editAlterTable } from "./edit-alter-table.ts";
import { backfill, brieflyLocking, notNullSteps, sqlName } from "./safe-steps.ts";

/** Clauses at a column that wait until its rows are filled, or that are a statement of their own. */
const LATER: ReadonlySet<string> = new Set(["CONSTR_DEFAULT", "CONSTR_NOTNULL"]);

/**
 * The column without default and NOT NULL, the default for new rows, the old rows filled, and then NOT NULL. None where more
 * stands at the column: constraints are better added by themselves.
 */
export function addNullableFirst(
  { table, column, constraints }: ActionOf<"add-column">,
  statement: CheckedStatement,
  serverVersion: number,
): readonly SafeStep[] {
  if (constraints.length > 0) return [];
  const add = editAlterTable(statement.statement.sql, (clause) => {
    const { subtype, def } = clause;
    if (subtype !== "AT_AddColumn" || def === undefined || !("ColumnDef" in def)) return clause;
    if (def.ColumnDef.colname !== column.name) return clause;
    const kept = (def.ColumnDef.constraints ?? []).filter(
      (node) => !("Constraint" in node && LATER.has(node.Constraint.contype ?? "")),
    );
    return { ...clause, def: { ColumnDef: { ...def.ColumnDef, constraints: kept } } };
  });
  if (add === null) return [];
  const alter = `ALTER TABLE ${sqlName(table)}`;
  const quoted = quoteIdent(column.name);
  const byDefault =
    column.default === null
      ? []
      : [`${alter} ALTER COLUMN ${quoted} SET DEFAULT ${column.default};`];
  return [
    brieflyLocking(
      statement,
      `add ${table.name} ${column.name}`,
      [add, ...byDefault],
      [`${alter} DROP COLUMN ${quoted};`],
    ),
    ...(column.default === null ? [] : [backfill(table, column.name, "DEFAULT")]),
    ...(column.notNull ? notNullSteps(statement, serverVersion, table, column.name) : []),
  ];
}
