import type { Predicate, Statement, TableUse } from "../statement.ts";

/** What is left out of the text. */
export interface Usual {
  /** Schema whose tables stand without it. */
  readonly schema: string;
  /** Where NULL comes in an ascending order. */
  readonly nulls: "first" | "last";
}

const POSTGRES: Usual = { schema: "public", nulls: "last" };

/**
 * A statement's structure as short text, one line per table use:
 * `orders: equality status = parameter; order placed_at desc; limited; reads id, status`.
 */
export function renderStatement(statement: Statement, usual: Usual = POSTGRES): string {
  const lines = statement.tables.map((use) => renderUse(use, usual));
  if (statement.kind !== "select") lines.unshift(statement.kind);
  for (const name of statement.unresolved) lines.push(`unresolved ${name}`);
  if (statement.systemOnly === true) lines.push("system only");
  return lines.join("\n");
}

function renderUse(use: TableUse, usual: Usual): string {
  const { schema, name } = use.table;
  const parts = use.predicates.map(renderPredicate);
  if (use.order.length > 0) {
    const keys = use.order.map((key) => {
      const expected = (key.direction === "asc") === (usual.nulls === "first") ? "first" : "last";
      const nulls = key.nulls === expected ? "" : ` nulls ${key.nulls}`;
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
  return [`${schema === usual.schema ? name : `${schema}.${name}`}:`, parts.join("; ")]
    .join(" ")
    .trim();
}

function renderPredicate(predicate: Predicate): string {
  const { role, column, expression, operator, joins, value } = predicate;
  const other = joins === null ? value : `${joins.table.name}.${joins.column}`;
  const side = column === null ? `{${expression}}` : column;
  return [role, side, operator, other === "none" ? "" : other].join(" ").trim();
}
