import type { PredicateRole } from "../../workload/statement.ts";
import type { Binary, Expression, InList, QuantifiedQuery } from "../syntax/tree.ts";
import { patternAccess, spatialAccess } from "./access-paths.ts";
import { addComparison, addPredicate, type Comparison, sameSide } from "./compare.ts";
import type { Scope } from "./model.ts";
import { describeSubquery, readColumns } from "./read-columns.ts";
import { trace, type Traced, traceOrigin, unknownColumn } from "./trace.ts";
import { valueType } from "./value-type.ts";

/** How a condition stands in the whole: under OR, where no single one must hold; under NOT. */
interface Standing {
  readonly weak: boolean;
  readonly negated: boolean;
}

/** Adds the conditions of a WHERE or ON to the tables they are about, and marks the columns read. */
export function describeCondition(node: Expression | null, scope: Scope): void {
  if (node === null) return;
  condition(node, scope, { weak: false, negated: false });
  readColumns(node, scope);
}

function condition(node: Expression, scope: Scope, standing: Standing): void {
  const { weak, negated } = standing;
  switch (node.kind) {
    case "unary":
      if (node.operator === "not") {
        return condition(node.operand, scope, { weak, negated: !negated });
      }
      return unary(node, scope, { role: "other", operator: "is true" });
    case "binary":
      return binaryCondition(node, scope, standing);
    case "between": {
      const not = node.negated !== negated;
      for (const part of [node.operand, node.low, node.high]) readColumns(part, scope);
      const values = [node.low, node.high].flatMap((value) => trace(value, scope));
      return addComparison(trace(node.operand, scope), values, {
        role: weak || not ? "other" : "range",
        operator: not ? "not between" : "between",
        symmetric: false,
        weak,
      });
    }
    case "in":
      return inList(node, scope, standing);
    case "quantified":
      return quantified(node, scope, standing);
    case "subquery":
      describeSubquery(node, scope, weak || negated || !node.exists ? "inward" : "both");
      return;
    case "is": {
      const not = node.negated !== negated;
      const role = node.what !== "null" ? "other" : not ? "range" : "equality";
      const operator = `is ${not ? "not " : ""}${node.what}`;
      return unary(node.operand, scope, { role: weak ? "other" : role, operator });
    }
    case "column":
      // It stands for `column <> 0`, which is two ranges; under NOT for `column = 0`.
      return unary(node, scope, {
        role: weak ? "other" : negated ? "equality" : "range",
        operator: negated ? "is false" : "is true",
      });
    case "match":
      return fullTextMatch(node.columns, scope, standing);
    case "call":
      return called(node, scope, standing);
    case "literal":
    case "placeholder":
    case "variable":
      return;
    case "case":
    case "cast":
    case "interval":
    case "row":
    case "special":
      return unary(node, scope, { role: "other", operator: "is true" });
  }
}

function unary(node: Expression, scope: Scope, test: Comparison): void {
  readColumns(node, scope);
  for (const side of trace(node, scope)) addPredicate(side, [], test);
}

function called(
  node: Extract<Expression, { kind: "call" }>,
  scope: Scope,
  { weak, negated }: Standing,
): void {
  readColumns(node, scope);
  const sides = node.args.map((arg) => trace(arg, scope));
  const spatial = negated ? [] : spatialAccess(node.name);
  for (const [at, side] of sides.entries()) {
    const [only, ...more] = side;
    const found = only?.column !== null && more.length === 0 && spatial.length > 0;
    if (only === undefined || !found || valueType(only) !== "spatial") continue;
    const others = sides.filter((_, other) => other !== at).flat();
    return addPredicate(only, others, {
      role: "other",
      operator: node.name,
      weak,
      access: spatial,
    });
  }
  for (const side of trace(node, scope)) {
    addPredicate(side, [], { role: "other", operator: node.name });
  }
}

/** All columns together are what a fulltext index has to hold: they are the expression. */
function fullTextMatch(columns: readonly Expression[], scope: Scope, { weak }: Standing): void {
  const sides = columns.map((column) => trace(column, scope)[0] ?? unknownColumn(column));
  for (const column of columns) readColumns(column, scope);
  const [first] = sides;
  const [use] = first?.uses ?? [];
  if (first === undefined || use === undefined) return;
  if (sides.some((side) => side.column === null || !side.uses.has(use))) return;
  const names = sides.map((side) => `\`${(side.column ?? "").replaceAll("`", "``")}\``);
  use.predicates.push({
    role: "other",
    column: sides.length === 1 ? first.column : null,
    expression: names.join(", "),
    operator: "match",
    joins: null,
    value: "expression",
    ...(!weak && { access: [{ method: "fulltext", operatorClass: null }] }),
  });
}

const ROLES: Readonly<Record<string, PredicateRole>> = {
  "=": "equality",
  "<=>": "equality",
  "<": "range",
  "<=": "range",
  ">": "range",
  ">=": "range",
};

const NEGATED: Readonly<Record<string, string>> = {
  "=": "<>",
  "<>": "=",
  "<": ">=",
  "<=": ">",
  ">": "<=",
  ">=": "<",
};

function binaryCondition(node: Binary, scope: Scope, standing: Standing): void {
  const { operator, left, right } = node;
  const { weak, negated } = standing;
  if (operator === "and" || operator === "or") {
    if ((operator === "or") !== negated) {
      const branches = alternatives(node, negated ? "and" : "or");
      if (!weak && !negated && sameColumnList(branches, scope)) return;
      for (const branch of branches) condition(branch, scope, { weak: true, negated });
    } else {
      condition(left, scope, standing);
      condition(right, scope, standing);
    }
    return;
  }
  if (operator === "xor") {
    for (const part of [left, right]) condition(part, scope, { weak: true, negated });
    return;
  }
  readColumns(left, scope);
  readColumns(right, scope);
  if (operator === "like") return like(node, scope, standing);
  // `MATCH (...) AGAINST (...) > 0`: how well it matches.
  if (left.kind === "match") return fullTextMatch(left.columns, scope, standing);
  const known = operator in ROLES || operator === "<>";
  if (!known) {
    if (operator !== "regexp" && operator !== "sounds like" && operator !== "member of") {
      return unary(node, scope, { role: "other", operator: "is true" });
    }
    const not = node.negated !== negated ? "not " : "";
    return addComparison(trace(left, scope), trace(right, scope), {
      role: "other",
      operator: `${not}${operator}`,
      weak,
    });
  }
  if (left.kind === "row") return rowComparison(left.items, right, operator, scope, standing);
  const meant = negated ? (NEGATED[operator] ?? `not ${operator}`) : operator;
  const role = weak ? "other" : (ROLES[meant] ?? "other");
  addComparison(trace(left, scope), trace(right, scope), { role, operator: meant, weak });
}

/** `a OR b OR c`, or under NOT `a AND b AND c`. */
function alternatives(node: Expression, operator: string): readonly Expression[] {
  return node.kind === "binary" && node.operator === operator
    ? [...alternatives(node.left, operator), ...alternatives(node.right, operator)]
    : [node];
}

/** `a = 1 OR a = 2`: an IN list in other words. */
function sameColumnList(branches: readonly Expression[], scope: Scope): boolean {
  const sides: Traced[] = [];
  const values: Traced[] = [];
  for (const branch of branches) {
    if (branch.kind !== "binary" || branch.operator !== "=") return false;
    readColumns(branch, scope);
    const [left, ...moreLeft] = trace(branch.left, scope);
    const [right, ...moreRight] = trace(branch.right, scope);
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

function like(node: Binary, scope: Scope, { weak, negated }: Standing): void {
  const not = node.negated !== negated;
  const pattern = not || node.escape !== undefined ? null : patternOf(node.right);
  const prefixed = pattern !== null && /^[^%_\\]/.test(pattern);
  for (const side of trace(node.left, scope)) {
    const type = valueType(side);
    addComparison([side], trace(node.right, scope), {
      role: prefixed && type === "text" && !weak ? "range" : "other",
      operator: not ? "not like" : "like",
      symmetric: false,
      weak,
      access: pattern !== null && type === "text" ? patternAccess(pattern) : [],
    });
  }
}

function patternOf(node: Expression): string | null {
  return node.kind === "literal" && node.type === "string" ? node.value : null;
}

function inList(node: InList, scope: Scope, { weak, negated }: Standing): void {
  for (const part of [node.operand, ...node.items]) readColumns(part, scope);
  const not = node.negated !== negated;
  const operator = not ? "not in" : "in";
  const role = weak || not ? "other" : "equality";
  if (node.operand.kind !== "row") {
    const values = node.items.flatMap((item) => trace(item, scope));
    return addComparison(trace(node.operand, scope), values, {
      role,
      operator,
      symmetric: false,
      weak,
    });
  }
  for (const [position, item] of node.operand.items.entries()) {
    const values = node.items.flatMap((row) => {
      const value = row.kind === "row" ? row.items[position] : row;
      return value === undefined ? [] : trace(value, scope);
    });
    // A part of a row need not hold by itself: only the whole comparison must.
    addComparison(trace(item, scope), values, { role, operator, symmetric: false, weak: true });
  }
}

/** `(a, b) = (1, 2)` is two equalities; the servers take no range from `(a, b) > (1, 2)`. */
function rowComparison(
  left: readonly Expression[],
  right: Expression,
  operator: string,
  scope: Scope,
  { weak, negated }: Standing,
): void {
  const equal = !negated && !weak && (operator === "=" || operator === "<=>");
  for (const [position, item] of left.entries()) {
    const value = right.kind === "row" ? right.items[position] : right;
    const role = equal && right.kind === "row" ? "equality" : "other";
    const others = value === undefined ? [] : trace(value, scope);
    const meant = negated ? (NEGATED[operator] ?? operator) : operator;
    addComparison(trace(item, scope), others, { role, operator: meant, weak: role === "other" });
  }
}

/** IN (SELECT ...): a semi-join, which may be turned round; under NOT or OR the outer table is always read first. */
function quantified(node: QuantifiedQuery, scope: Scope, { weak, negated }: Standing): void {
  const not = node.negated !== negated;
  const equal = node.operator === "=" && node.quantifier === "any";
  const semiJoin = equal && !not && !weak;
  const output = describeSubquery(node, scope, semiJoin ? "both" : "inward");
  readColumns(node.operand, scope);
  const operator = equal ? (not ? "not in" : "in") : `${node.operator} ${node.quantifier}`;
  const items = node.operand.kind === "row" ? node.operand.items : [node.operand];
  for (const [position, item] of items.entries()) {
    const origins = output.columns[position]?.origins ?? [];
    const inner = origins.flatMap((origin) => traceOrigin(origin));
    const others = inner.length > 0 ? inner : [unknownColumn(item)];
    addComparison(trace(item, scope), others, { role: semiJoin ? "equality" : "other", operator });
  }
}
