import type { Node } from "libpg-query";
import { nameParts } from "../describe/node-parts.ts";
import { fragmentText } from "./fragment.ts";
import {
  comparisons,
  integerValue,
  isNumericConstant,
  type PredicateRule,
  type PredicateScope,
} from "./predicate-rule.ts";

const INTEGERS: ReadonlySet<string> = new Set(["smallint", "integer", "bigint"]);

/** `id + 1 = 5`: the arithmetic to the other side, where it is done once. */
export const integerArithmetic: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    const sum = sumOf(left, scope);
    if (sum === null || !allIntegers([sum.added, right], scope)) continue;
    const column = scope.level.column(sum.column);
    const name = fragmentText(sum.column);
    const added = integerValue(sum.added, "bigint");
    const value = integerValue(right, "bigint");
    if (column === null || name === null || added === null || value === null) continue;
    if (!INTEGERS.has(column.column.type)) continue;
    const inverse = sum.sign === "+" ? "-" : "+";
    return {
      column,
      text: `${name} ${operator} ${value} ${inverse} ${added}`,
      same: true,
      reason:
        "with whole numbers on both sides: they keep their order when one is taken from both sides (a row that made the addition overflow made the query fail; now only numbers beyond a bigint do)",
    };
  }
  return null;
};

interface Addition {
  readonly column: Node;
  readonly sign: "+" | "-";
  readonly added: Node;
}

function sumOf(node: Node, { level }: PredicateScope): Addition | null {
  if (!("A_Expr" in node) || node.A_Expr.kind !== "AEXPR_OP") return null;
  const { name, lexpr, rexpr } = node.A_Expr;
  const sign = name?.length === 1 ? nameParts(name)[0] : undefined;
  if ((sign !== "+" && sign !== "-") || lexpr === undefined || rexpr === undefined) return null;
  if (level.column(lexpr) !== null) return { column: lexpr, sign, added: rexpr };
  return sign === "+" && level.column(rexpr) !== null
    ? { column: rexpr, sign, added: lexpr }
    : null;
}

/** A number with a fraction was logged: then the parameter is no integer. */
function allIntegers(nodes: readonly Node[], { values }: PredicateScope): boolean {
  return nodes.flatMap((node) => values(node)).every((value) => !isNumericConstant(value));
}
