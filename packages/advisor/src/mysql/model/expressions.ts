import type { Expression, OrderItem, Select } from "../syntax/tree.ts";
import { walkExpression } from "../syntax/walk.ts";

/** A constant's text; `null` for one that nobody knows, or of no text; `undefined` for what is none. */
export function constant(node: Expression): string | null | undefined {
  if (node.kind === "literal") return node.type === "null" ? null : node.value;
  if (node.kind === "placeholder" || node.kind === "variable") return null;
  if (node.kind === "unary" && node.operator === "-") {
    const value = constant(node.operand);
    return typeof value === "string" ? `-${value}` : value;
  }
  // now() - interval 1 day
  let constantOnly = true;
  walkExpression(node, (one) => {
    if (["column", "subquery", "quantified"].includes(one.kind)) constantOnly = false;
  });
  return constantOnly ? null : undefined;
}

export function count(node: Expression | null): number | null {
  if (node === null) return null;
  const value = constant(node);
  return typeof value === "string" && Number.isFinite(Number(value)) ? Number(value) : 20;
}

export function hasWindow(expression: Expression): boolean {
  let found = false;
  walkExpression(expression, (node) => {
    if (node.kind === "call" && node.over !== null) found = true;
  });
  return found;
}

/** ORDER BY may name what is selected, or its place. */
export function withoutAliases(
  items: readonly OrderItem[],
  { items: selected }: Select,
): readonly OrderItem[] {
  return items.map((item) => {
    const { expression } = item;
    const name = expression.kind === "column" ? expression.parts.join(".").toLowerCase() : null;
    const meant =
      expression.kind === "literal" && expression.type === "number"
        ? selected[Number(expression.value) - 1]
        : selected.find(({ alias }) => alias !== null && alias.toLowerCase() === name);
    return meant === undefined ? item : { ...item, expression: meant.expression };
  });
}

export function orBranches(node: Expression): readonly Expression[] {
  return node.kind === "binary" && node.operator === "or" && !node.negated
    ? [...orBranches(node.left), ...orBranches(node.right)]
    : [node];
}

export function andBranches(node: Expression): readonly Expression[] {
  return node.kind === "binary" && node.operator === "and" && !node.negated
    ? [...andBranches(node.left), ...andBranches(node.right)]
    : [node];
}
