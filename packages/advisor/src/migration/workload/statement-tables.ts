import { type TableName, tableKey } from "../../catalog/catalog.ts";
import type { SchemaChange } from "../../catalog/changed-snapshot.ts";
import type { CheckedStatement } from "../migration-rule.ts";
import type { SchemaAction } from "../schema-action.ts";

/**
 * Positions of the statements that change one of the tables, by what they did and by what they say, and of those that may do
 * so through a view, a function or a text that nobody reads; ascending.
 */
export function statementsOn(
  tables: ReadonlySet<string>,
  statements: readonly CheckedStatement[],
  changes: readonly SchemaChange[],
): readonly number[] {
  const found = new Set<number>();
  for (const { position, kind, name, table } of changes) {
    const own = kind === "table" ? name : table;
    if (own !== null && tables.has(tableKey(own))) found.add(position);
  }
  for (const [position, { actions }] of statements.entries()) {
    const own = actions.flatMap(actionTables).some((table) => tables.has(tableKey(table)));
    if (own || actions.length === 0 || actions.some(isOfNoTable)) found.add(position);
  }
  return [...found].toSorted((a, b) => a - b);
}

/** Positions of statements that may change plans at all. */
export function ddlStatements(statements: readonly CheckedStatement[]): readonly number[] {
  return statements.flatMap(({ actions }, position) =>
    actions.length > 0 && actions.every(isPlanless) ? [] : [position],
  );
}

function isPlanless({ kind }: SchemaAction): boolean {
  return kind === "write-rows" || kind === "set-timeout" || kind === "transaction";
}

function isOfNoTable(action: SchemaAction): boolean {
  return action.kind === "other" && action.table === undefined;
}

function actionTables(action: SchemaAction): readonly TableName[] {
  if (isPlanless(action)) return [];
  if (action.kind === "create-index") return [action.index.table];
  if (action.kind === "add-constraint" && action.constraint.foreignKey !== null)
    return [action.table, action.constraint.foreignKey.references];
  return "table" in action && action.table !== null ? [action.table] : [];
}
