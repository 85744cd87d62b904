import type { Node } from "libpg-query";
import { stringConstant } from "../describe/node-parts.ts";
import { fragmentText } from "./fragment.ts";
import {
  callOf,
  comparisons,
  isNumericConstant,
  isTimestamp,
  type PredicateRule,
  type PredicateScope,
} from "./predicate-rule.ts";

/** `extract(year from t) = year`: to a range of `t`. */
export const yearOfTimestamp: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    const [field, inner] = callOf(left, ["extract", "date_part"]) ?? [];
    if (operator !== "=" || field === undefined || inner === undefined) continue;
    const column = scope.level.column(inner);
    const name = fragmentText(inner);
    const year = wholeYear(right, scope);
    if (column === null || name === null || year === null || !isYear(field, scope)) continue;
    if (!isTimestamp(column) && column.column.type !== "date") continue;
    return {
      column,
      text: `${name} >= make_date(${year}, 1, 1) AND ${name} < make_date(${year} + 1, 1, 1)`,
      same: true,
      reason:
        "a date is in a year exactly if it is from its first day to before the next one's, NULL and infinity included (a number that is no year, as 0, -1 or 2026.5, fails instead of finding nothing)",
    };
  }
  return null;
};

function isYear(field: Node, scope: PredicateScope): boolean {
  const fields = scope.values(field).map((value) => stringConstant(value)?.toLowerCase());
  return fields.length > 0 && fields.every((word) => word === "year");
}

/** No cast: `make_date` refuses a number with a fraction, which a cast would round. */
function wholeYear(node: Node, { values }: PredicateScope): string | null {
  if ("A_Const" in node && node.A_Const.ival !== undefined) return fragmentText(node);
  if (!("ParamRef" in node)) return null;
  const whole = values(node).every((value) => !isNumericConstant(value));
  return whole ? fragmentText(node) : null;
}
