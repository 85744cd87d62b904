import type { Node, SortBy, WindowDef } from "libpg-query";
import { assignGroupColumns, assignSortKeys } from "../../workload/describe/assign-keys.ts";
import type { SortKey } from "../../workload/statement.ts";
import { expressionType, nearestPaths } from "./access-paths.ts";
import { indexExpression } from "./index-expression.ts";
import type { Scope } from "./model.ts";
import { integerConstant, nameParts } from "./node-parts.ts";
import { dependsOnColumns, functionName, trace, type Traced } from "./trace.ts";

/** An output of a SELECT list, as ORDER BY and GROUP BY can name it. */
export interface Target {
  readonly name: string | null;
  readonly node: Node;
}

/** A key to sort by, with its expression found. */
export interface Key {
  readonly node: Node;
  readonly direction: SortKey["direction"];
  readonly nulls: SortKey["nulls"];
}

/** ORDER BY: an ordinal or an output's name means that output, anything else is an expression of the tables. */
export function sortKeys(
  clause: readonly Node[] | undefined,
  targets: readonly Target[],
): readonly Key[] {
  const keys: Key[] = [];
  for (const node of clause ?? []) {
    if (!("SortBy" in node) || node.SortBy.node === undefined) break;
    // `USING operator` sorts by an operator of its own.
    if (node.SortBy.useOp !== undefined) break;
    keys.push(keyOf(node.SortBy, outputOf(node.SortBy.node, targets)));
  }
  return keys;
}

function keyOf(sort: SortBy, node: Node): Key {
  const direction = sort.sortby_dir === "SORTBY_DESC" ? "desc" : "asc";
  const usual = direction === "desc" ? "first" : "last";
  const nulls =
    sort.sortby_nulls === "SORTBY_NULLS_FIRST"
      ? "first"
      : sort.sortby_nulls === "SORTBY_NULLS_LAST"
        ? "last"
        : usual;
  return { node, direction, nulls };
}

export function ascendingKey(node: Node): Key {
  return { node, direction: "asc", nulls: "last" };
}

function outputOf(node: Node, targets: readonly Target[]): Node {
  const ordinal = integerConstant(node);
  if (ordinal !== null) return targets[ordinal - 1]?.node ?? node;
  return named(node, targets) ?? node;
}

function named(node: Node, targets: readonly Target[]): Node | null {
  const parts = "ColumnRef" in node ? nameParts(node.ColumnRef.fields) : [];
  if (parts.length !== 1) return null;
  return targets.find((target) => target.name === parts[0])?.node ?? null;
}

/** GROUP BY: as ORDER BY, but a column of the tables goes before an output of the same name. */
export function groupNodes(
  clause: readonly Node[] | undefined,
  targets: readonly Target[],
  scope: Scope,
): readonly Node[] {
  return (clause ?? []).map((node) => {
    const ordinal = integerConstant(node);
    if (ordinal !== null) return targets[ordinal - 1]?.node ?? node;
    const known = trace(node, scope).some((traced) => traced.uses.size > 0);
    return known ? node : (named(node, targets) ?? node);
  });
}

/** Keys of a window: its partition in any order, then its own order. */
export function windowKeys(
  window: WindowDef,
  windows: readonly Node[] | undefined,
): readonly Key[] {
  const base = (windows ?? []).flatMap((node) =>
    "WindowDef" in node && node.WindowDef.name === (window.refname ?? window.name)
      ? [node.WindowDef]
      : [],
  )[0];
  const partition = window.partitionClause ?? base?.partitionClause ?? [];
  const order = window.orderClause ?? base?.orderClause;
  return [...partition.map(ascendingKey), ...sortKeys(order, [])];
}

/** Gives the leading keys to the table that could deliver them in order. */
export function assignOrder(keys: readonly Key[], scope: Scope): void {
  assignSortKeys(keys, (key) => trace(key.node, scope), sortKey);
}

/** Notes an order by distance from a value, which is no order of the column itself. */
export function assignNearest(keys: readonly Key[], scope: Scope): void {
  const [first] = keys;
  if (first?.direction !== "asc" || !("A_Expr" in first.node)) return;
  const { name, lexpr, rexpr } = first.node.A_Expr;
  if (nameParts(name).at(-1) !== "<->" || lexpr === undefined || rexpr === undefined) return;
  const sides = [trace(lexpr, scope), trace(rexpr, scope)];
  const [side, ...more] = sides.flat().filter(dependsOnColumns);
  const [use] = side?.uses ?? [];
  if (side === undefined || use === undefined || more.length > 0) return;
  if (side.uses.size > 1 || side.unknown || !side.indexable || side.reach !== "all") return;
  const access = nearestPaths(expressionType(side.node, use.table));
  const expression = indexExpression(side.node);
  if (access.length === 0 || expression === null) return;
  use.nearest = { column: side.column, expression, access };
}

function sortKey(traced: Traced, key: Key): SortKey | null {
  const sortable = traced.uses.size === 1 && !traced.unknown && traced.indexable;
  if (!sortable || traced.reach !== "all") return null;
  const expression = indexExpression(traced.node);
  if (expression === null) return null;
  return { column: traced.column, expression, direction: key.direction, nulls: key.nulls };
}

/** GROUP BY or DISTINCT, where all keys are columns of one table. */
export function assignGroup(nodes: readonly Node[], scope: Scope): void {
  assignGroupColumns(nodes.map((node) => trace(node, scope)));
}

/** `min(x)` or `max(x)` as the only output of a level: the server reads one row from the end of an index. */
export function extremeKey(targets: readonly Target[]): Key | null {
  const [target, ...more] = targets;
  if (target === undefined || more.length > 0 || !("FuncCall" in target.node)) return null;
  const name = functionName(target.node);
  const [arg, ...others] = target.node.FuncCall.args ?? [];
  if (arg === undefined || others.length > 0) return null;
  if (name === "min") return ascendingKey(arg);
  return name === "max" ? { node: arg, direction: "desc", nulls: "first" } : null;
}
