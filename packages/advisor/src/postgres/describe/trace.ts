import type { Node, SubLink } from "libpg-query";
import type { Predicate } from "../../workload/statement.ts";
import { lesserReach, type Origin, type Reach, type Scope, type UseDraft } from "./model.ts";
import { isNode, nameParts, withoutCasts } from "./node-parts.ts";
import { resolveColumn } from "./resolve-column.ts";
import { isPlainCast } from "./plain-cast.ts";

/** An expression in terms of the tables it comes from. */
export interface Traced {
  /** The expression with each column as the table names it, unqualified. */
  readonly node: Node;
  /** The column, where the expression is nothing but one. */
  readonly column: string | null;
  readonly uses: ReadonlySet<UseDraft>;
  /** Whether it holds a column that no table has as it is: of a function, an aggregate, a VALUES list. */
  readonly unknown: boolean;
  /** Whether an index could hold it: no parameter, no subquery, nothing that changes between calls. */
  readonly indexable: boolean;
  /** Whether its value changes from row to row without a column in it: `random()`. */
  readonly volatile: boolean;
  /** Whether it holds a subquery. */
  readonly subquery: boolean;
  readonly reach: Reach;
}

const VOLATILE_FUNCTIONS: ReadonlySet<string> = new Set(
  `clock_timestamp gen_random_uuid nextval random random_normal setval timeofday uuidv4 uuidv7
  uuid_generate_v1 uuid_generate_v4`.split(/\s+/),
);
const STABLE_FUNCTIONS: ReadonlySet<string> = new Set(
  `age concat concat_ws current_database current_schema current_setting format localtimestamp now
  pg_backend_pid statement_timestamp to_char to_date to_timestamp transaction_timestamp txid_current`.split(
    /\s+/,
  ),
);
const AGGREGATES: ReadonlySet<string> = new Set(
  `any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count cume_dist dense_rank every
  first_value grouping json_agg json_object_agg jsonb_agg jsonb_object_agg lag last_value lead max min mode
  nth_value ntile percent_rank percentile_cont percentile_disc range_agg rank regr_slope row_number
  stddev stddev_pop stddev_samp string_agg sum var_pop var_samp variance xmlagg`.split(/\s+/),
);

/** Last part of a called function's name, lower case. */
export function functionName(node: Node): string | null {
  return "FuncCall" in node ? (nameParts(node.FuncCall.funcname).at(-1) ?? null) : null;
}

/** Whether a call makes one value of many rows. User-defined aggregates are known only by their syntax. */
export function isAggregate(node: Node): boolean {
  if ("GroupingFunc" in node) return true;
  if (!("FuncCall" in node)) return false;
  const { agg_star, agg_distinct, agg_filter, agg_order, agg_within_group, over } = node.FuncCall;
  if (over !== undefined || agg_star || agg_distinct || agg_within_group) return true;
  if (agg_filter !== undefined || agg_order !== undefined) return true;
  return AGGREGATES.has(functionName(node) ?? "");
}

/**
 * Traces an expression to the tables behind it. A bare column of a UNION gives one answer per branch; anything else one.
 */
export function trace(node: Node, scope: Scope): readonly Traced[] {
  if ("ColumnRef" in node) {
    const found = resolveColumn(nameParts(node.ColumnRef.fields), scope);
    if (found?.kind === "column" && found.origins.length > 0) {
      return found.origins.flatMap((origin) => traceOrigin(origin));
    }
    return [unknownColumn(node)];
  }
  return [traceExpression(node, scope)];
}

/** A value that can't be traced. */
export function unknownColumn(node: Node): Traced {
  return {
    node,
    column: null,
    uses: new Set(),
    unknown: true,
    indexable: false,
    volatile: false,
    subquery: false,
    reach: "none",
  };
}

export function traceOrigin(origin: Origin): readonly Traced[] {
  if (origin.kind === "column") {
    const node: Node = { ColumnRef: { fields: [{ String: { sval: origin.column } }] } };
    const uses = new Set([origin.use]);
    const { column, reach } = origin;
    const plain = { unknown: false, indexable: true, volatile: false, subquery: false };
    return [{ node, column, uses, reach, ...plain }];
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

function traceExpression(node: Node, scope: Scope): Traced {
  const sum: Sum = {
    uses: new Set(),
    unknown: false,
    indexable: true,
    volatile: false,
    subquery: false,
    reach: "all",
  };
  const rewritten = rewriteNode(node, scope, sum);
  const bare = "ColumnRef" in rewritten && sum.uses.size === 1 && !sum.unknown;
  const column = bare ? (nameParts(rewritten.ColumnRef.fields)[0] ?? null) : null;
  return { node: rewritten, column, ...sum };
}

function rewrite(value: unknown, scope: Scope, sum: Sum): unknown {
  if (Array.isArray(value)) return value.map((item) => rewrite(item, scope, sum));
  if (typeof value !== "object" || value === null) return value;
  if (isNode(value)) return rewriteNode(value, scope, sum);
  return rewriteParts(value, scope, sum);
}

function rewriteParts(value: object, scope: Scope, sum: Sum): object {
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [name, rewrite(part, scope, sum)]),
  );
}

function rewriteNode(node: Node, scope: Scope, sum: Sum): Node {
  if ("ColumnRef" in node) return rewriteColumn(node, scope, sum);
  if ("SubLink" in node) {
    sum.indexable = false;
    sum.subquery = true;
    for (const use of subqueryUses(node, scope)) sum.uses.add(use);
    rewrite(node.SubLink.testexpr, scope, sum);
    return node;
  }
  if ("ParamRef" in node || "SQLValueFunction" in node) sum.indexable = false;
  const called = functionName(node);
  if (called !== null && VOLATILE_FUNCTIONS.has(called)) sum.volatile = true;
  if (called !== null && (VOLATILE_FUNCTIONS.has(called) || STABLE_FUNCTIONS.has(called))) {
    sum.indexable = false;
  }
  if (isAggregate(node)) {
    sum.unknown = true;
    sum.indexable = false;
  }
  const parts = rewriteParts(node, scope, sum) as Node;
  if ("TypeCast" in parts && parts.TypeCast.arg !== undefined) {
    const inner = parts.TypeCast.arg;
    const [use] = sum.uses;
    if ("ColumnRef" in inner && sum.uses.size === 1 && use !== undefined && !sum.unknown) {
      const name = nameParts(inner.ColumnRef.fields)[0];
      const column = use.table.columns.find((candidate) => candidate.name === name);
      if (column !== undefined && isPlainCast(column.type, parts.TypeCast.typeName)) return inner;
    }
  }
  return parts;
}

function subqueryUses(node: Node & { SubLink: SubLink }, scope: Scope): Iterable<UseDraft> {
  const { subselect } = node.SubLink;
  return (subselect && scope.context.subqueries.get(subselect)?.outer) ?? [];
}

function rewriteColumn(node: Node & { ColumnRef: unknown }, scope: Scope, sum: Sum): Node {
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
    const bare = only !== undefined && traced.length === 1 && "ColumnRef" in only.node;
    return bare ? "column" : "expression";
  }
  const kinds = traced.map((one) => formOf(one.node));
  if (kinds.includes("expression")) return "expression";
  return kinds.includes("parameter") ? "parameter" : "constant";
}

export function dependsOnColumns(traced: Traced): boolean {
  return traced.uses.size > 0 || traced.unknown;
}

function formOf(node: Node): "parameter" | "constant" | "expression" {
  const inner = withoutCasts(node);
  if ("ParamRef" in inner) return "parameter";
  if ("A_Const" in inner) return "constant";
  if ("A_ArrayExpr" in inner) {
    const kinds = (inner.A_ArrayExpr.elements ?? []).map(formOf);
    if (kinds.includes("expression")) return "expression";
    return kinds.includes("parameter") ? "parameter" : "constant";
  }
  return "expression";
}
