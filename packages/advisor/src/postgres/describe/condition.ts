import type { A_Expr, BoolExpr, Node, SubLink } from "libpg-query";
import type { PredicateRole } from "../../workload/statement.ts";
import { addComparison, addPredicate, sameSide } from "./compare.ts";
import type { Scope } from "./model.ts";
import { listItems, nameParts, rowItems, stringConstant } from "./node-parts.ts";
import { describeSubLink, readColumns } from "./read-columns.ts";
import { functionName, trace, type Traced, traceOrigin, unknownColumn } from "./trace.ts";

/** Adds the conditions of a WHERE, ON or HAVING to the tables they are about, and marks the columns read. */
export function describeCondition(node: Node | undefined, scope: Scope): void {
  if (node === undefined) return;
  condition(node, scope, false);
  readColumns(node, scope);
}

/** `weak`: under OR or NOT, where no single condition must hold. */
function condition(node: Node, scope: Scope, weak: boolean): void {
  if ("BoolExpr" in node) booleanExpression(node.BoolExpr, scope, weak);
  else if ("A_Expr" in node) comparison(node.A_Expr, scope, weak);
  else if ("SubLink" in node) subquery(node.SubLink, scope, weak);
  else if ("NullTest" in node) {
    const isNull = node.NullTest.nulltesttype === "IS_NULL";
    unary(node.NullTest.arg, scope, {
      role: weak ? "other" : isNull ? "equality" : "range",
      operator: isNull ? "is null" : "is not null",
    });
  } else if ("BooleanTest" in node) {
    const operator = (node.BooleanTest.booltesttype ?? "").toLowerCase().replaceAll("_", " ");
    const exact = operator === "is true" || operator === "is false";
    unary(node.BooleanTest.arg, scope, { role: weak || !exact ? "other" : "equality", operator });
  } else if ("ColumnRef" in node) {
    unary(node, scope, { role: weak ? "other" : "equality", operator: "is true" });
  } else {
    unary(node, scope, { role: "other", operator: functionName(node) ?? "is true" });
  }
}

function unary(
  arg: Node | undefined,
  scope: Scope,
  test: { readonly role: PredicateRole; readonly operator: string },
): void {
  if (arg === undefined) return;
  readColumns(arg, scope);
  for (const side of trace(arg, scope)) addPredicate(side, [], test);
}

function booleanExpression(expression: BoolExpr, scope: Scope, weak: boolean): void {
  const args = expression.args ?? [];
  if (expression.boolop === "AND_EXPR") {
    for (const arg of args) condition(arg, scope, weak);
    return;
  }
  if (expression.boolop === "OR_EXPR") {
    if (!weak && sameColumnList(args, scope)) return;
    for (const arg of args) condition(arg, scope, true);
    return;
  }
  for (const arg of args) {
    if ("ColumnRef" in arg) {
      unary(arg, scope, { role: weak ? "other" : "equality", operator: "is false" });
    } else {
      condition(arg, scope, true);
    }
  }
}

/** `a = 1 OR a = 2`: an IN list in other words. */
function sameColumnList(args: readonly Node[], scope: Scope): boolean {
  const sides: Traced[] = [];
  const values: Traced[] = [];
  for (const arg of args) {
    if (!("A_Expr" in arg) || operatorOf(arg.A_Expr) !== "=") return false;
    const { lexpr, rexpr } = arg.A_Expr;
    if (arg.A_Expr.kind !== "AEXPR_OP" || lexpr === undefined || rexpr === undefined) return false;
    const [left, ...moreLeft] = trace(lexpr, scope);
    const [right, ...moreRight] = trace(rexpr, scope);
    if (left === undefined || right === undefined) return false;
    if (moreLeft.length + moreRight.length > 0 || left.unknown || right.unknown) return false;
    if (left.uses.size + right.uses.size !== 1) return false;
    sides.push(left.uses.size === 1 ? left : right);
    values.push(left.uses.size === 1 ? right : left);
  }
  const [first] = sides;
  if (first === undefined || !sides.every((side) => sameSide(first, side))) return false;
  addPredicate(first, values, { role: "equality", operator: "in" });
  return true;
}

function operatorOf(expression: A_Expr): string {
  return nameParts(expression.name).at(-1)?.toLowerCase() ?? "";
}

const ROLES: Readonly<Record<string, PredicateRole>> = {
  "=": "equality",
  "<": "range",
  "<=": "range",
  ">": "range",
  ">=": "range",
};

function comparison(expression: A_Expr, scope: Scope, weak: boolean): void {
  const { lexpr, rexpr } = expression;
  if (rexpr === undefined) return;
  // Subqueries in an operand have to be known before it is traced: they may refer to the tables here.
  readColumns(lexpr, scope);
  readColumns(rexpr, scope);
  if (lexpr === undefined) {
    return unary(rexpr, scope, { role: "other", operator: operatorOf(expression) });
  }
  const left = rowItems(lexpr);
  if (left !== null) return rowComparison(expression, left, rexpr, scope, weak);
  const { role, operator, values } = meaning(expression, rexpr);
  addComparison(
    trace(lexpr, scope),
    values.flatMap((value) => trace(value, scope)),
    {
      role: weak ? "other" : role,
      operator,
      symmetric: expression.kind === "AEXPR_OP",
      weak,
      prefix: operator === "like" && role === "range",
    },
  );
}

interface Meaning {
  readonly role: PredicateRole;
  readonly operator: string;
  readonly values: readonly Node[];
}

/** What the forms of a comparison mean for an index on the left side. */
function meaning(expression: A_Expr, right: Node): Meaning {
  const name = operatorOf(expression);
  const values = [right];
  switch (expression.kind) {
    case "AEXPR_OP":
      return { role: ROLES[name] ?? "other", operator: name, values };
    case "AEXPR_OP_ANY":
      return { role: name === "=" ? "equality" : "other", operator: `${name} any`, values };
    case "AEXPR_OP_ALL":
      return { role: "other", operator: `${name} all`, values };
    case "AEXPR_IN":
      return name === "="
        ? { role: "equality", operator: "in", values: listItems(right) }
        : { role: "other", operator: "not in", values: listItems(right) };
    case "AEXPR_LIKE":
      return name === "~~"
        ? { role: likeRole(right), operator: "like", values }
        : { role: "other", operator: "not like", values };
    case "AEXPR_ILIKE":
      return { role: "other", operator: name === "~~*" ? "ilike" : "not ilike", values };
    case "AEXPR_SIMILAR":
      return { role: "other", operator: name === "~" ? "similar to" : "not similar to", values };
    case "AEXPR_BETWEEN":
      return { role: "range", operator: "between", values: listItems(right) };
    case "AEXPR_NOT_BETWEEN":
    case "AEXPR_BETWEEN_SYM":
    case "AEXPR_NOT_BETWEEN_SYM":
      return { role: "other", operator: name, values: listItems(right) };
    case "AEXPR_DISTINCT":
      return { role: "other", operator: "is distinct from", values };
    case "AEXPR_NOT_DISTINCT":
      return { role: "other", operator: "is not distinct from", values };
    case "AEXPR_NULLIF":
    case undefined:
    default:
      return { role: "other", operator: name, values };
  }
}

/** A pattern that is not known (a parameter) may begin with a wildcard: it is no range. */
function likeRole(pattern: Node): PredicateRole {
  const text = stringConstant(pattern);
  if (text === null || text === "") return "other";
  if (!/[%_\\]/.test(text)) return "equality";
  return /^[%_]/.test(text) ? "other" : "range";
}

/** `(a, b) = (1, 2)` is two equalities; `(a, b) > (1, 2)` a range of the first column, as keyset pagination uses it. */
function rowComparison(
  expression: A_Expr,
  left: readonly Node[],
  right: Node,
  scope: Scope,
  weak: boolean,
): void {
  const { role, operator, values } = meaning(expression, right);
  const rows =
    expression.kind === "AEXPR_IN" ? values.map((value) => rowItems(value)) : [rowItems(right)];
  for (const [position, item] of left.entries()) {
    const others = rows.flatMap((row) => {
      const value = row?.[position];
      return value === undefined ? [] : trace(value, scope);
    });
    const decisive = role !== "range" || position === 0;
    const itemRole = weak || !decisive || rows.includes(null) ? "other" : role;
    // A part of a row need not hold by itself: only the whole comparison must.
    addComparison(trace(item, scope), others, { role: itemRole, operator, weak: true });
  }
}

/** EXISTS and IN: semi-joins, which may be turned round; under NOT or OR the outer table is always read first. */
function subquery(sublink: SubLink, scope: Scope, weak: boolean): void {
  const output = describeSubLink(sublink, scope, weak ? "inward" : "both");
  if (sublink.subLinkType !== "ANY_SUBLINK" || sublink.testexpr === undefined) return;
  readColumns(sublink.testexpr, scope);
  const operator =
    sublink.operName === undefined ? "in" : `${nameParts(sublink.operName).at(-1)} any`;
  const equal = operator === "in" || operator === "= any";
  const items = rowItems(sublink.testexpr) ?? [sublink.testexpr];
  for (const [position, item] of items.entries()) {
    const column = output.columns[position];
    const inner = (column?.origins ?? []).flatMap((origin) => traceOrigin(origin));
    const others = inner.length > 0 ? inner : [unknownColumn(item)];
    addComparison(trace(item, scope), others, {
      role: weak || !equal ? "other" : "equality",
      operator,
    });
  }
}
