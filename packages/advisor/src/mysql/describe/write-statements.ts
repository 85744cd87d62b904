import type { Assignment, Delete, Insert, SelectItem, TableItem, Update } from "../syntax/tree.ts";
import { withCommonTables } from "./common-tables.ts";
import { describeCondition } from "./condition.ts";
import { describeFromItem, namedUse, tableRelation, viewOutput } from "./from-item.ts";
import { childScope, type Relation, type Scope, type UseDraft } from "./model.ts";
import { readColumns, readOrder } from "./read-columns.ts";
import { resolveColumn } from "./resolve-column.ts";
import { assignOrder } from "./sort-keys.ts";

interface Target {
  readonly relation: Relation;
  /** `null` for a view or a table that is not in the catalog. */
  readonly use: UseDraft | null;
}

function targetOf(item: TableItem, scope: Scope): Target {
  const use = namedUse(item, scope);
  if (use !== null) return { relation: tableRelation(use, item), use };
  const output = viewOutput(item, scope);
  return { relation: { ...output, alias: item.alias ?? item.name, schema: null }, use: null };
}

function markWritten(parts: readonly string[], scope: Scope): void {
  const found = resolveColumn(parts, scope);
  if (found?.kind !== "column") return;
  for (const origin of found.origins) {
    if (origin.kind === "column") origin.use.written.add(origin.column);
  }
}

function assign(assignments: readonly Assignment[], targets: Scope, values: Scope): void {
  for (const { column, value } of assignments) {
    markWritten(column.parts, targets);
    // `VALUES(column)` is of the row that was to be inserted.
    readColumns(value.kind === "special" ? null : value, values);
  }
}

function readReturning(items: readonly SelectItem[], scope: Scope): void {
  for (const { expression } of items) readColumns(expression, scope);
}

export function describeInsert(insert: Insert, level: Scope): void {
  const scope = withCommonTables(insert.with, level);
  const { relation, use } = targetOf(insert.table, scope);
  const target: Scope = { ...scope, relations: [relation] };
  if (insert.columns === null)
    for (const column of use?.table.columns ?? []) use?.written.add(column.name);
  else for (const name of insert.columns) markWritten([name], target);

  const source = childScope(scope, { columns: scope.parent });
  if ("kind" in insert.source) {
    scope.context.query(insert.source, source, "all");
  } else {
    // A value may name a column that was assigned before: `SET a = 1, b = a + 1`.
    for (const row of insert.source) for (const value of row) readColumns(value, level);
  }
  assign(insert.onDuplicate, target, {
    ...scope,
    relations: [relation, newRow(insert, relation), ...source.relations],
  });
  readReturning(insert.returning, target);
}

/** `AS new(a, b)`: values, not rows of a table. */
function newRow({ rowAlias, columns }: Insert, relation: Relation): Relation {
  const names = columns ?? relation.columns.map(({ name }) => name);
  return {
    columns: names.map((name, at) => ({ name: rowAlias?.columns[at] ?? name, origins: [] })),
    open: false,
    uses: [],
    alias: rowAlias?.name ?? null,
    schema: null,
  };
}

export function describeUpdate(update: Update, level: Scope): void {
  const scope = withCommonTables(update.with, level);
  for (const item of update.from) describeFromItem(item, scope);
  assign(update.assignments, scope, scope);
  describeRows(update, scope);
}

export function describeDelete(statement: Delete, level: Scope): void {
  const scope = withCommonTables(statement.with, level);
  for (const item of statement.from) describeFromItem(item, scope);
  describeRows(statement, scope);
  readReturning(statement.returning, scope);
}

/** WHERE, ORDER BY and LIMIT of an UPDATE or DELETE. */
function describeRows({ where, orderBy, limit }: Delete | Update, scope: Scope): void {
  describeCondition(where, scope);
  readOrder(orderBy, scope);
  assignOrder(orderBy, scope);
  if (limit === null) return;
  for (const relation of scope.relations) for (const use of relation.uses) use.limited = true;
}
