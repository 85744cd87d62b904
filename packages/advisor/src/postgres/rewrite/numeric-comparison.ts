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
    if (operator !== "=" || column === null || !INTEGERS.has(column.column.type)) continue;
    const value = numericValue(right, scope);
    const name = value === null ? null : fragmentText(left);
    if (name === null || value === null) continue;
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
  if ("TypeCast" in node) {
    const { arg } = node.TypeCast;
    const plain = arg !== undefined && ("ParamRef" in arg || "A_Const" in arg);
    return plain && castType(node) === "numeric" ? fragmentText(node) : null;
  }
  const known = values(node);
  const numeric = known.length > 0 && known.every(isNumericConstant);
  if (!numeric || !("ParamRef" in node || "A_Const" in node)) return null;
  const text = fragmentText(node);
  return text === null ? null : `(${text})::numeric`;
}
