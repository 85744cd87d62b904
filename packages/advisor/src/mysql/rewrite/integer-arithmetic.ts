import type { Expression } from "../syntax/tree.ts";
import {
  both,
  comparisons,
  isInteger,
  isWholeNumber,
  known,
  NOT_LOGGED,
  type PredicateRule,
  type PredicateScope,
} from "./predicate-rule.ts";

/** `id + 1 = 5`: the arithmetic to the other side, where it is done once. */
export const integerArithmetic: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    const sum = sumOf(left, scope);
    const column = sum === null ? null : scope.level.column(sum.column);
    if (sum === null || column === null || !isInteger(column)) continue;
    const sure = both(known(sum.added, scope, isWholeNumber), known(right, scope, isWholeNumber));
    if (sure === "no") continue;
    const inverse = sum.sign === "+" ? "-" : "+";
    const added = scope.text(sum.added);
    return {
      column,
      text: `${scope.text(sum.column)} ${operator} ${scope.text(right)} ${inverse} ${/^[-+]/.test(added) ? `(${added})` : added}`,
      same: sure === "yes",
      reason:
        sure === "yes"
          ? "with whole numbers on both sides: they keep their order when one is taken from both sides (a row that took the sum out of its type's range made the query fail; now it does not)"
          : `${NOT_LOGGED}; with whole numbers it gives the same rows`,
    };
  }
  return null;
};

interface Addition {
  readonly column: Expression;
  readonly sign: "+" | "-";
  readonly added: Expression;
}

function sumOf(node: Expression, { level }: PredicateScope): Addition | null {
  if (node.kind !== "binary" || (node.operator !== "+" && node.operator !== "-")) return null;
  const { operator: sign, left, right } = node;
  if (level.column(left) !== null) return { column: left, sign, added: right };
  return sign === "+" && level.column(right) !== null ? { column: right, sign, added: left } : null;
}
