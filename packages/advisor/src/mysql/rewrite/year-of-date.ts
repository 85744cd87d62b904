import type { Expression } from "../syntax/tree.ts";
import {
  callOf,
  comparisons,
  isDate,
  isDatetime,
  known,
  NOT_LOGGED,
  type PredicateRule,
} from "./predicate-rule.ts";

/** `YEAR(t) = year`, `EXTRACT(YEAR FROM t) >= year`: to a range of `t`. */
export const yearOfDate: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    const inner = yearArgument(left);
    const column = inner === null ? null : scope.level.column(inner);
    if (inner === null || column === null || !(isDate(column) || isDatetime(column))) continue;
    const sure = known(right, scope, isYear);
    if (sure === "no") continue;
    const name = scope.text(inner);
    const first = `CONCAT(${scope.text(right)}, '-01-01')`;
    const next = `CONCAT(${scope.text(right)} + 1, '-01-01')`;
    const texts: Readonly<Record<string, string>> = {
      "=": `${name} >= ${first} AND ${name} < ${next}`,
      "<": `${name} < ${first}`,
      "<=": `${name} < ${next}`,
      ">": `${name} >= ${next}`,
      ">=": `${name} >= ${first}`,
    };
    return {
      column,
      text: texts[operator] ?? "",
      same: sure === "yes",
      reason:
        sure === "yes"
          ? "a date is in a year exactly if it is from its first day to before the next one's (dates whose month or day is 0, which no calendar has, aside)"
          : `${NOT_LOGGED}; with years of four digits it gives the same rows`,
    };
  }
  return null;
};

function yearArgument(node: Expression): Expression | null {
  const [inner] = callOf(node, "year") ?? [];
  if (inner !== undefined) return inner;
  if (node.kind !== "call" || node.name !== "extract" || node.form !== "year from") return null;
  return node.args[0] ?? null;
}

/** Of four digits: MySQL reads `26` in a date as 2026. After 9999 there is no date to compare with. */
function isYear(node: Expression): boolean {
  if (node.kind !== "literal" || (node.type !== "number" && node.type !== "string")) return false;
  return /^[1-9]\d{3}$/.test(node.value) && node.value !== "9999";
}
