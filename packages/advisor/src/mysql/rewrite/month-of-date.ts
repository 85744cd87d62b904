import type { Expression } from "../syntax/tree.ts";
import { isRealDay } from "./day-of-datetime.ts";
import {
  callOf,
  comparisons,
  isDate,
  isDatetime,
  known,
  NOT_LOGGED,
  type PredicateRule,
} from "./predicate-rule.ts";

/** `DATE_FORMAT(t, '%Y-%m') = month`: to a range of `t`. */
export const monthOfDate: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    const [inner, format, ...more] = callOf(left, "date_format") ?? [];
    if (operator !== "=" || inner === undefined || format === undefined || more.length > 0)
      continue;
    const column = scope.level.column(inner);
    if (column === null || !(isDate(column) || isDatetime(column))) continue;
    if (known(format, scope, isYearMonth) !== "yes") continue;
    const sure = known(right, scope, isMonth);
    if (sure === "no") continue;
    const name = scope.text(inner);
    const first = `CONCAT(${scope.text(right)}, '-01')`;
    return {
      column,
      text: `${name} >= ${first} AND ${name} < ${first} + INTERVAL 1 MONTH`,
      same: sure === "yes",
      reason:
        sure === "yes"
          ? "a date is in a month exactly if it is from its first day to before the next one's (dates whose day is 0, which no calendar has, aside)"
          : `${NOT_LOGGED}; with months as 2026-01 it gives the same rows`,
    };
  }
  return null;
};

function isYearMonth(node: Expression): boolean {
  return node.kind === "literal" && node.value === "%Y-%m";
}

function isMonth(node: Expression): boolean {
  if (node.kind !== "literal" || node.type !== "string") return false;
  return (
    /^\d{4}-\d\d$/.test(node.value) &&
    !node.value.startsWith("9999") &&
    isRealDay(`${node.value}-01`)
  );
}
