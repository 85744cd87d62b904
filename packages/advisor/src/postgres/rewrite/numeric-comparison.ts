import type { Node } from "libpg-query";
import { fragmentText } from "./fragment.ts";
import {
  castType,
  comparisons,
  isNumericConstant,
  type PredicateRule,
  type PredicateScope,
} from "./predicate-rule.ts";

const INTEGERS: ReadonlySet<string> = new Set(["smallint", "integer", "bigint"]);

/** `id = 5::numeric`: PostgreSQL makes the column numeric, row by row. */
export const numericComparison: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    const column = scope.level.column(left);
    const name = fragmentText(left);
    const value = numericValue(right, scope);
    if (operator !== "=" || column === null || name === null || value === null) continue;
    if (!INTEGERS.has(column.column.type)) continue;
    return {
      column,
      text: `${name} = trunc(${value})::bigint AND ${value} = trunc(${value})`,
      same: true,
      reason:
        "a whole number equals the value exactly if the value is whole and equals it (one beyond a bigint fails instead of finding nothing); a parameter that is sent as an integer needs none of this",
    };
  }
  return null;
};

/** SQL of a value that is certainly numeric. */
function numericValue(node: Node, { values }: PredicateScope): string | null {
  const text = fragmentText(node);
  if (text === null) return null;
  if (castType(node) === "numeric" && "TypeCast" in node) {
    const { arg } = node.TypeCast;
    return arg !== undefined && ("ParamRef" in arg || "A_Const" in arg) ? text : null;
  }
  if ("A_Const" in node) return isNumericConstant(node) ? `(${text})::numeric` : null;
  if (!("ParamRef" in node)) return null;
  const known = values(node);
  const numeric = known.every(isNumericConstant);
  return known.length > 0 && numeric ? `${text}::numeric` : null;
}
