import type { Expression, OrderItem, Query } from "../syntax/tree.ts";
import { markWhole } from "../../workload/describe/model.ts";
import { mapOperands } from "../syntax/walk.ts";
import { childScope, type Origin, type Output, type RelationColumn, type Scope } from "./model.ts";
import { resolveColumn } from "./resolve-column.ts";

/** Marks the columns that an expression reads, and describes the subqueries in it. */
export function readColumns(node: Expression | null, scope: Scope): void {
  if (node === null) return;
  if (node.kind === "column") return readReference(node.parts, scope);
  if (node.kind === "subquery" || node.kind === "quantified") {
    describeSubquery(node, scope, "inward");
  }
  mapOperands(node, (operand) => {
    readColumns(operand, scope);
    return operand;
  });
}

export function readOrder(items: readonly OrderItem[], scope: Scope): void {
  for (const { expression } of items) readColumns(expression, scope);
}

function readReference(parts: readonly string[], scope: Scope): void {
  if (parts.length === 1 && parts[0] === "*") {
    for (const relation of scope.relations) readAll(relation);
    return;
  }
  const found = resolveColumn(parts, scope);
  if (found?.kind === "row") readAll(found.relation);
  else for (const origin of found?.origins ?? []) readOrigin(origin);
}

/** A `*`. */
export function readAll(output: Output): void {
  for (const column of output.columns) readColumn(column);
  markWhole(output);
}

export function readColumn(column: RelationColumn): void {
  for (const origin of column.origins) readOrigin(origin);
}

function readOrigin(origin: Origin): void {
  if (origin.kind === "column") origin.use.columns.add(origin.column);
  else readColumns(origin.node, origin.scope);
}

/** Describes a subquery in an expression, once: the first caller knows best how it is used. EXISTS reads nothing of its outputs. */
export function describeSubquery(
  node: { readonly kind: string; readonly query: Query; readonly exists?: boolean },
  scope: Scope,
  correlation: Scope["correlation"],
): Output {
  const { context } = scope;
  const known = context.subqueries.get(node.query);
  if (known !== undefined) return known.output;
  const level = childScope(scope, { columns: scope, correlation });
  const output = context.query(node.query, level, node.exists === true ? "none" : "all");
  context.subqueries.set(node.query, { output, outer: level.outer });
  return output;
}
