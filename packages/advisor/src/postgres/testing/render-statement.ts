import type { Predicate, Statement, TableUse } from "../../workload/statement.ts";

/**
 * A statement's structure as short text, one line per table use:
 * `orders: equality status = parameter; order placed_at desc; limited; reads id, status`.
 */
export function renderStatement(statement: Statement): string {
  const lines = statement.tables.map(renderUse);
  if (statement.kind !== "select") lines.unshift(statement.kind);
  for (const name of statement.unresolved) lines.push(`unresolved ${name}`);
  if (statement.systemOnly === true) lines.push("system only");
  return lines.join("\n");
}

function renderUse(use: TableUse): string {
  const { schema, name } = use.table;
  const parts = use.predicates.map(renderPredicate);
  if (use.order.length > 0) {
    const keys = use.order.map((key) => {
      const usual = key.direction === "desc" ? "first" : "last";
      const nulls = key.nulls === usual ? "" : ` nulls ${key.nulls}`;
      const expression = key.column ?? key.expression;
      return `${expression}${key.direction === "desc" ? " desc" : ""}${nulls}`;
    });
    parts.push(`order ${keys.join(", ")}`);
  }
  if (use.group.length > 0) parts.push(`group ${use.group.join(", ")}`);
  if (use.limited) parts.push("limited");
  if (use.columns === "*") parts.push("reads *");
  else if (use.columns.length > 0) parts.push(`reads ${use.columns.toSorted().join(", ")}`);
  if (use.written.length > 0) parts.push(`writes ${use.written.join(", ")}`);
  return [`${schema === "public" ? name : `${schema}.${name}`}:`, parts.join("; ")]
    .join(" ")
    .trim();
}

function renderPredicate(predicate: Predicate): string {
  const { role, column, expression, operator, joins, value } = predicate;
  const other = joins === null ? value : `${joins.table.name}.${joins.column}`;
  const side = column === null ? `{${expression}}` : column;
  return [role, side, operator, other === "none" ? "" : other].join(" ").trim();
}
