import { columnType } from "../describe/value-type.ts";
import type { Expression } from "../syntax/tree.ts";
import { comparisons, isInteger, known, type PredicateRule } from "./predicate-rule.ts";

/** `code = 5` of a text column, which is made a number row by row: to `code = '5'`. */
export const numberForText: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    const column = scope.level.column(left);
    if (operator !== "=" || column === null || columnType(column.column.type) !== "text") continue;
    if (known(right, scope, isNumber) !== "yes") continue;
    const value = scope.text(right);
    return {
      column,
      text: `${scope.text(left)} = ${right.kind === "placeholder" ? value : `'${value}'`}`,
      same: false,
      reason: `${column.column.name} is ${column.column.type}, and to compare it with a number each of its texts is made a number: '5', '05' and '5 kg' all equal 5. Give the value as a text, quoted, if the column holds it as the application writes it`,
    };
  }
  return null;
};

/** `CAST(id AS CHAR) = '5'`: to `id = '5'`, which is compared as a number. */
export const integerAsText: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    if (operator !== "=" || left.kind !== "cast" || !/^n?char(?:acter)?$/.test(left.type)) continue;
    const column = scope.level.column(left.operand);
    if (column === null || !isInteger(column)) continue;
    if (known(right, scope, isPlainInteger) !== "yes") continue;
    return {
      column,
      text: `${scope.text(left.operand)} = ${scope.text(right)}`,
      same: true,
      reason:
        "each value is a whole number written as the server writes it, which only that number is written as",
    };
  }
  return null;
};

function isNumber(node: Expression): boolean {
  if (node.kind === "unary" && node.operator === "-") return isNumber(node.operand);
  return node.kind === "literal" && node.type === "number";
}

function isPlainInteger(node: Expression): boolean {
  return (
    node.kind === "literal" && node.type === "string" && /^(?:0|-?[1-9]\d{0,14})$/.test(node.value)
  );
}
