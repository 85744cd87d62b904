import type { Predicate } from "../../workload/statement.ts";
import type { Column, Expression } from "../syntax/tree.ts";
import { mapOperands } from "../syntax/walk.ts";
import { isAggregate, STABLE_FUNCTIONS, VOLATILE_FUNCTIONS } from "./functions.ts";
import { lesserReach, type Origin, type Reach, type Scope, type UseDraft } from "./model.ts";
import { resolveColumn } from "./resolve-column.ts";

/** An expression in terms of the tables it comes from. */
export interface Traced {
  /** The expression with each column as the table names it, unqualified. */
  readonly node: Expression;
  /** The column, where the expression is nothing but one. */
  readonly column: string | null;
  readonly uses: ReadonlySet<UseDraft>;
  /** Whether it holds a column that no table has as it is: an aggregate, one of a VALUES list. */
  readonly unknown: boolean;
  /** Whether an index could hold it: no parameter, no subquery, nothing that changes between calls. */
  readonly indexable: boolean;
  /** Whether its value changes from row to row without a column in it: `RAND()`. */
  readonly volatile: boolean;
  /** Whether it holds a subquery. */
  readonly subquery: boolean;
  readonly reach: Reach;
}

/** Traces an expression to the tables behind it. A bare column of a UNION gives one answer per branch; anything else one. */
export function trace(node: Expression, scope: Scope): readonly Traced[] {
  if (node.kind !== "column") return [traceExpression(node, scope)];
  const found = resolveColumn(node.parts, scope);
  if (found?.kind === "column" && found.origins.length > 0) {
    return found.origins.flatMap((origin) => traceOrigin(origin));
  }
  return [unknownColumn(node)];
}

/** A value that can't be traced. */
export function unknownColumn(node: Expression): Traced {
  const never = { indexable: false, volatile: false, subquery: false, reach: "none" } as const;
  return { node, column: null, uses: new Set(), unknown: true, ...never };
}

export function traceOrigin(origin: Origin): readonly Traced[] {
  if (origin.kind === "column") {
    const { column, reach, use } = origin;
    const node: Column = { kind: "column", parts: [column], start: 0, end: 0 };
    const plain = { unknown: false, indexable: true, volatile: false, subquery: false };
    return [{ node, column, uses: new Set([use]), reach, ...plain }];
  }
  return trace(origin.node, origin.scope).map((traced) => ({
    ...traced,
    reach: lesserReach(traced.reach, origin.reach),
  }));
}

/** What the parts of an expression add up to. */
interface Sum {
  readonly uses: Set<UseDraft>;
  unknown: boolean;
  indexable: boolean;
  volatile: boolean;
  subquery: boolean;
  reach: Reach;
}

function traceExpression(node: Expression, scope: Scope): Traced {
  const sum: Sum = {
    uses: new Set(),
    unknown: false,
    indexable: true,
    volatile: false,
    subquery: false,
    reach: "all",
  };
  return { node: rewrite(node, scope, sum), column: null, ...sum };
}

function rewrite(node: Expression, scope: Scope, sum: Sum): Expression {
  switch (node.kind) {
    case "column":
      return rewriteColumn(node, scope, sum);
    case "subquery":
    case "quantified":
      sum.indexable = false;
      sum.subquery = true;
      for (const use of scope.context.subqueries.get(node.query)?.outer ?? []) sum.uses.add(use);
      break;
    case "placeholder":
    case "variable":
    case "match":
      sum.indexable = false;
      break;
    case "special":
      sum.unknown = true;
      sum.indexable = false;
      break;
    case "call":
      sum.volatile ||= VOLATILE_FUNCTIONS.has(node.name);
      if (VOLATILE_FUNCTIONS.has(node.name) || STABLE_FUNCTIONS.has(node.name))
        sum.indexable = false;
      // A function of the user's own can't be in an index.
      if (node.name.includes(".")) sum.indexable = false;
      if (node.over !== null || isAggregate(node)) {
        sum.unknown = true;
        sum.indexable = false;
      }
      break;
    case "between":
    case "binary":
    case "case":
    case "cast":
    case "in":
    case "interval":
    case "is":
    case "literal":
    case "row":
    case "unary":
  }
  return mapOperands(node, (operand) => rewrite(operand, scope, sum));
}

function rewriteColumn(node: Column, scope: Scope, sum: Sum): Expression {
  const [first, ...more] = trace(node, scope);
  if (first === undefined || more.length > 0) {
    sum.unknown = true;
    return node;
  }
  for (const use of first.uses) sum.uses.add(use);
  sum.unknown ||= first.unknown;
  sum.indexable &&= first.indexable;
  sum.volatile ||= first.volatile;
  sum.subquery ||= first.subquery;
  sum.reach = lesserReach(sum.reach, first.reach);
  return first.node;
}

/** What a column is compared with, by the form of the expression. */
export function valueKind(traced: readonly Traced[]): Predicate["value"] {
  if (traced.length === 0) return "none";
  if (traced.some(dependsOnColumns)) {
    const [only] = traced;
    return only !== undefined && traced.length === 1 && only.node.kind === "column"
      ? "column"
      : "expression";
  }
  const kinds = traced.map((one) => formOf(one.node));
  if (kinds.includes("expression")) return "expression";
  return kinds.includes("parameter") ? "parameter" : "constant";
}

export function dependsOnColumns(traced: Traced): boolean {
  return traced.uses.size > 0 || traced.unknown;
}

function formOf(node: Expression): "parameter" | "constant" | "expression" {
  if (node.kind === "placeholder") return "parameter";
  if (node.kind === "literal") return "constant";
  if (node.kind === "unary" && /^[-+]$/.test(node.operator)) return formOf(node.operand);
  if (node.kind === "binary" && node.operator === "collate") return formOf(node.left);
  return node.kind === "cast" ? formOf(node.operand) : "expression";
}
