import { assignGroupColumns, assignSortKeys } from "../../workload/describe/assign-keys.ts";
import type { SortKey } from "../../workload/statement.ts";
import type { Expression, OrderItem } from "../syntax/tree.ts";
import { indexExpression } from "./index-expression.ts";
import { sameName, type Scope } from "./model.ts";
import { trace, type Traced } from "./trace.ts";
import { columnType, tracedColumn } from "./value-type.ts";

/** An output of a SELECT list, as ORDER BY and GROUP BY can name it. */
export interface Target {
  readonly name: string | null;
  readonly node: Expression;
}

/** ORDER BY: an ordinal or an output's name means that output, anything else is an expression of the tables. */
export function sortKeys(
  items: readonly OrderItem[],
  targets: readonly Target[],
): readonly OrderItem[] {
  return items.map((item) => ({ ...item, expression: outputOf(item.expression, targets) }));
}

function outputOf(node: Expression, targets: readonly Target[]): Expression {
  return ordinal(node, targets) ?? namedOutput(node, targets) ?? node;
}

function ordinal(node: Expression, targets: readonly Target[]): Expression | null {
  if (node.kind !== "literal" || node.type !== "number") return null;
  return targets[Number(node.value) - 1]?.node ?? null;
}

/** The output that a bare name means. */
export function namedOutput(node: Expression, targets: readonly Target[]): Expression | null {
  const [name, ...more] = node.kind === "column" ? node.parts : [];
  if (name === undefined || more.length > 0) return null;
  return (
    targets.find((target) => target.name !== null && sameName(target.name, name))?.node ?? null
  );
}

/** GROUP BY: as ORDER BY, but a column of the tables goes before an output of the same name. */
export function groupNodes(
  items: readonly OrderItem[],
  targets: readonly Target[],
  scope: Scope,
): readonly Expression[] {
  return items.map(({ expression }) => {
    const named = ordinal(expression, targets);
    if (named !== null) return named;
    const known = trace(expression, scope).some((traced) => traced.uses.size > 0);
    return known ? expression : (namedOutput(expression, targets) ?? expression);
  });
}

/** Gives the leading keys to the table that could deliver them in order. */
export function assignOrder(keys: readonly OrderItem[], scope: Scope): void {
  assignSortKeys(keys, (key) => trace(key.expression, scope), sortKey);
}

/** NULL is the least of all values. */
function sortKey(traced: Traced, { direction }: OrderItem): SortKey | null {
  const sortable = traced.uses.size === 1 && !traced.unknown && traced.indexable;
  if (!sortable || traced.reach !== "all") return null;
  const column = traced.column === null ? undefined : tracedColumn(traced, traced.column);
  const type = column === undefined ? null : columnType(column.type);
  if (type === "json" || type === "spatial") return null;
  const expression = indexExpression(traced.node);
  if (expression === null) return null;
  const nulls = direction === "asc" ? "first" : "last";
  return { column: traced.column, expression, direction, nulls };
}

/** GROUP BY or DISTINCT, where all keys are columns of one table. */
export function assignGroup(nodes: readonly Expression[], scope: Scope): void {
  assignGroupColumns(nodes.map((node) => trace(node, scope)));
}

/** `MIN(x)` or `MAX(x)` as the first output of a level without GROUP BY: the server reads one row from the end of an index. */
export function extremeKey(targets: readonly Target[]): OrderItem | null {
  const keys = targets.map(({ node }): OrderItem | null => {
    if (node.kind !== "call" || node.over !== null) return null;
    const [expression, ...more] = node.args;
    if (expression === undefined || more.length > 0) return null;
    if (node.name === "min") return { expression, direction: "asc" };
    return node.name === "max" ? { expression, direction: "desc" } : null;
  });
  // One output of another kind needs all rows.
  return keys.every((key) => key !== null) ? (keys[0] ?? null) : null;
}
