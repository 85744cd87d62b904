import {
  both,
  callOf,
  comparisons,
  isInteger,
  isWholeNumber,
  known,
  NOT_LOGGED,
  type PredicateRule,
} from "./predicate-rule.ts";

/** `IFNULL(a, 0) = 5`: to a condition on `a`, and one on NULL that an index serves too. */
export const replacedNull: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    const [inner, fallback, ...more] = callOf(left, "ifnull", "coalesce") ?? [];
    if (operator !== "=" || inner === undefined || fallback === undefined || more.length > 0)
      continue;
    const column = scope.level.column(inner);
    // Texts are compared by a collation, which two constants need not share with the column.
    if (column === null || !isInteger(column)) continue;
    const sure = both(known(fallback, scope, isWholeNumber), known(right, scope, isWholeNumber));
    if (sure === "no") continue;
    const [name, value, other] = [inner, right, fallback].map(scope.text);
    return {
      column,
      text: `(${name} = ${value} OR (${name} IS NULL AND ${value} = ${other}))`,
      same: sure === "yes",
      reason:
        sure === "yes"
          ? "the function gives the column where it is not NULL and the other value where it is, and a condition of WHERE keeps a row only if it is true"
          : `${NOT_LOGGED}; with whole numbers it gives the same rows`,
    };
  }
  return null;
};
