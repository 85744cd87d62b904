import type { Node, SubLink } from "libpg-query";
import { markWhole } from "../../workload/describe/model.ts";
import {
  childScope,
  NOTHING,
  type Origin,
  type Output,
  type OutputsRead,
  type RelationColumn,
  type Scope,
} from "./model.ts";
import { isNode, nameParts } from "./node-parts.ts";
import { resolveColumn } from "./resolve-column.ts";

/** Marks the columns that an expression reads, and describes the subqueries in it. */
export function readColumns(value: unknown, scope: Scope): void {
  if (Array.isArray(value)) {
    for (const item of value) readColumns(item, scope);
    return;
  }
  if (typeof value !== "object" || value === null) return;
  if (isNode(value)) {
    if ("ColumnRef" in value) return readReference(nameParts(value.ColumnRef.fields), scope);
    if ("SubLink" in value) {
      describeSubLink(value.SubLink, scope, "inward");
      return readColumns(value.SubLink.testexpr, scope);
    }
    if ("SelectStmt" in value) return void describeOnce(value, scope, "inward", "all");
  }
  for (const part of Object.values(value)) readColumns(part, scope);
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
}

/** Describes a subquery in an expression. EXISTS reads nothing of its outputs. */
export function describeSubLink(
  sublink: SubLink,
  scope: Scope,
  correlation: Scope["correlation"],
): Output {
  if (sublink.subselect === undefined) return NOTHING;
  const read = sublink.subLinkType === "EXISTS_SUBLINK" ? "none" : "all";
  return describeOnce(sublink.subselect, scope, correlation, read);
}

/** Once per node: the first caller knows best how the subquery is used. */
function describeOnce(
  query: Node,
  scope: Scope,
  correlation: Scope["correlation"],
  read: OutputsRead,
): Output {
  const { context } = scope;
  const known = context.subqueries.get(query);
  if (known !== undefined) return known.output;
  const level = childScope(scope, { columns: scope, correlation });
  const output = context.query(query, level, read);
  context.subqueries.set(query, { output, outer: level.outer });
  return output;
}
