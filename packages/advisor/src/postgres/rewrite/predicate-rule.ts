import type { Node } from "libpg-query";
import { functionName } from "../describe/trace.ts";
import { nameParts } from "../describe/node-parts.ts";
import { fragmentText } from "./fragment.ts";
import type { LevelColumn, QueryLevel } from "./query-levels.ts";

/** A condition in other words. */
export interface RewrittenPredicate {
  readonly column: LevelColumn;
  readonly text: string;
  /** Whether it holds for the same rows wherever it gives an answer at all; only then it is shown as a rewrite. */
  readonly same: boolean;
  /** Why it is the same, or why there is nothing that is: one clause without a full stop. */
  readonly reason: string;
}

/** What a rule may ask about the statement around a condition. */
export interface PredicateScope {
  readonly level: QueryLevel;
  /** Constants that were logged where the shape has this parameter; the constant itself for a constant. */
  values(node: Node): readonly Node[];
}

/** One way of writing a condition so that an index on its bare column can serve it; `null` where it does not fit. */
export type PredicateRule = (node: Node, scope: PredicateScope) => RewrittenPredicate | null;

export interface BinaryComparison {
  readonly operator: string;
  readonly left: Node;
  readonly right: Node;
}

const COMMUTED: Readonly<Record<string, string>> = {
  "=": "=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/** A comparison by `=`, `<`, `<=`, `>`, `>=`, read both ways. */
export function comparisons(node: Node): readonly BinaryComparison[] {
  if (!("A_Expr" in node) || node.A_Expr.kind !== "AEXPR_OP") return [];
  const { name, lexpr, rexpr } = node.A_Expr;
  const operator = name?.length === 1 ? (nameParts(name)[0] ?? "") : "";
  const commuted = COMMUTED[operator];
  if (commuted === undefined || lexpr === undefined || rexpr === undefined) return [];
  return [
    { operator, left: lexpr, right: rexpr },
    { operator: commuted, left: rexpr, right: lexpr },
  ];
}

/** Arguments of a call of one of the server's own functions by that name; `null` for anything else. */
export function callOf(node: Node, names: readonly string[]): readonly Node[] | null {
  if (!("FuncCall" in node)) return null;
  const { funcname, args = [], over, agg_distinct, agg_filter } = node.FuncCall;
  const [schema, ...more] = nameParts(funcname);
  if (more.length > 0 && schema !== "pg_catalog") return null;
  if (over !== undefined || agg_distinct === true || agg_filter !== undefined) return null;
  return names.includes(functionName(node) ?? "") ? args : null;
}

/** The plain type that a cast makes, by the parser's name: `int4`; `null` for one with a length or of the user's own. */
export function castType(node: Node): string | null {
  if (!("TypeCast" in node)) return null;
  const { names, typmods, arrayBounds } = node.TypeCast.typeName ?? {};
  const [schema = "", name] = nameParts(names);
  if (typmods !== undefined || arrayBounds !== undefined) return null;
  return name === undefined ? schema : schema === "pg_catalog" ? name : null;
}

export function isTimestamp({ column }: LevelColumn): boolean {
  return /^timestamp(?:\(\d\))? without time zone$/.test(column.type);
}

export function isTimestampWithZone({ column }: LevelColumn): boolean {
  return /^timestamp(?:\(\d\))? with time zone$/.test(column.type);
}

/** SQL of a value that the server reads as `type` in the place of the comparison; `null` where it would not, or may not. */
export function valueAs(node: Node, type: string, aliases: readonly string[]): string | null {
  const text = fragmentText(node);
  if (text === null) return null;
  if ("ParamRef" in node) return `${text}::${type}`;
  if ("A_Const" in node && node.A_Const.sval !== undefined) return `${text}::${type}`;
  if ("TypeCast" in node) {
    const to = castType(node);
    const { arg } = node.TypeCast;
    const plain = arg !== undefined && ("ParamRef" in arg || "A_Const" in arg);
    return plain && to !== null && aliases.includes(to) ? text : null;
  }
  return null;
}

/** Whether a constant is a whole number that fits a bigint. The parser takes one beyond an integer for a fraction. */
export function isWholeConstant(node: Node): boolean {
  if (!("A_Const" in node)) return false;
  const { ival, fval } = node.A_Const;
  return ival !== undefined || /^-?\d{1,18}$/.test(fval?.fval ?? "");
}

/** Whether a constant is a number that PostgreSQL takes for `numeric`. */
export function isNumericConstant(node: Node): boolean {
  return "A_Const" in node && node.A_Const.fval !== undefined && !isWholeConstant(node);
}

/** SQL of a whole number; `null` where it may be something else. */
export function integerValue(node: Node, type: string): string | null {
  const text = fragmentText(node);
  if (text !== null && isWholeConstant(node)) {
    return text.startsWith("-") ? `(${text})::${type}` : `${text}::${type}`;
  }
  const cast = valueAs(node, type, ["int2", "int4", "int8"]);
  if (cast === null || !("TypeCast" in node)) return cast;
  return `${cast}::${type}`;
}
