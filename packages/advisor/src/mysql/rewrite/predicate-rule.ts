import type { Call, Expression } from "../syntax/tree.ts";
import type { LevelColumn, QueryLevel } from "./query-levels.ts";

/** A condition in other words. */
export interface RewrittenPredicate {
  readonly column: LevelColumn;
  readonly text: string;
  /** Whether it holds for the same rows; only then it is shown as a rewrite. */
  readonly same: boolean;
  /** Why it is the same, or what stands against it: one clause without a full stop. */
  readonly reason: string;
}

/** What a rule may ask about the statement around a condition. */
export interface PredicateScope {
  readonly level: QueryLevel;
  /** What was logged where the shape has this placeholder; the constant itself for a constant. */
  values(node: Expression): readonly Expression[];
  /** As written. */
  text(node: Expression): string;
}

/** One way of writing a condition so that an index on its bare column can serve it; `null` where it does not fit. */
export type PredicateRule = (node: Expression, scope: PredicateScope) => RewrittenPredicate | null;

export interface BinaryComparison {
  readonly operator: string;
  readonly left: Expression;
  readonly right: Expression;
}

const COMMUTED: Readonly<Record<string, string>> = {
  "=": "=",
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/** A comparison by `=`, `<`, `<=`, `>`, `>=`, read both ways. */
export function comparisons(node: Expression): readonly BinaryComparison[] {
  const commuted = node.kind === "binary" ? COMMUTED[node.operator] : undefined;
  if (node.kind !== "binary" || commuted === undefined || node.negated) return [];
  const { operator, left, right } = node;
  return [
    { operator, left, right },
    { operator: commuted, left: right, right: left },
  ];
}

/** Arguments of a plain call of one of the server's functions by that name; `null` for anything else. */
export function callOf(node: Expression, ...names: readonly string[]): Call["args"] | null {
  if (node.kind !== "call" || !names.includes(node.name)) return null;
  return node.over === null && !node.distinct && node.form === undefined ? node.args : null;
}

export function isInteger({ column }: LevelColumn): boolean {
  return /^(?:tiny|small|medium|big)?int\b(?!.*zerofill)/i.test(column.type);
}

export function isDate({ column }: LevelColumn): boolean {
  return /^date$/i.test(column.type);
}

/** A moment that no time zone changes. */
export function isDatetime({ column }: LevelColumn): boolean {
  return /^datetime\b/i.test(column.type);
}

/** A moment that is shown in the session's time zone. */
export function isTimestamp({ column }: LevelColumn): boolean {
  return /^timestamp\b/i.test(column.type);
}

/**
 * Whether all that is known to stand there passes: `unknown` for a placeholder of which no value was logged, `no` where
 * something else may stand.
 */
export type Known = "no" | "unknown" | "yes";

export function known(
  node: Expression,
  scope: PredicateScope,
  passes: (value: Expression) => boolean,
): Known {
  // The sign of a number stands before its placeholder.
  if (node.kind === "unary" && node.operator === "-") return known(node.operand, scope, passes);
  if (node.kind !== "placeholder") return passes(node) ? "yes" : "no";
  const values = scope.values(node).filter(({ kind }) => kind !== "placeholder");
  if (values.length === 0) return "unknown";
  return values.every((value) => passes(value)) ? "yes" : "no";
}

/** A number without a fraction that a double holds too. */
export function isWholeNumber(node: Expression): boolean {
  if (node.kind === "unary" && (node.operator === "-" || node.operator === "+")) {
    return isWholeNumber(node.operand);
  }
  return node.kind === "literal" && node.type === "number" && /^\d{1,15}$/.test(node.value);
}

/** The least of two: a rule that is sure of one value only is not sure. */
export function both(one: Known, other: Known): Known {
  if (one === "no" || other === "no") return "no";
  return one === "yes" && other === "yes" ? "yes" : "unknown";
}

export const NOT_LOGGED = "with which values it is executed was not logged";
