import type { Node } from "libpg-query";
import { fragmentText } from "./fragment.ts";
import {
  comparisons,
  integerValue,
  isNumericConstant,
  type PredicateRule,
  type PredicateScope,
  valueAs,
} from "./predicate-rule.ts";

/** Types whose `=` is the same for all that is equal, with their names in casts. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  boolean: ["bool"],
  date: ["date"],
  text: ["text"],
  uuid: ["uuid"],
  "timestamp without time zone": ["timestamp"],
  "timestamp with time zone": ["timestamptz"],
};
const INTEGERS: ReadonlySet<string> = new Set(["smallint", "integer", "bigint"]);

/** `coalesce(a, 0) = 5`: to a condition on `a`, and one on NULL that an index serves too. */
export const coalescedColumn: PredicateRule = (node, scope) => {
  for (const { operator, left, right } of comparisons(node)) {
    if (operator !== "=" || !("CoalesceExpr" in left)) continue;
    const [inner, fallback, ...more] = left.CoalesceExpr.args ?? [];
    if (inner === undefined || fallback === undefined || more.length > 0) continue;
    const column = scope.level.column(inner);
    const name = fragmentText(inner);
    if (column === null || name === null || column.column.collation !== null) continue;
    const type = column.column.type.replace(/^character varying(?:\(\d+\))?$/, "text");
    const value = valueOf(right, type, scope);
    const other = valueOf(fallback, type, scope);
    if (value === null || other === null) continue;
    return {
      column,
      text: `(${name} = ${value} OR (${name} IS NULL AND ${value} = ${other}))`,
      same: true,
      reason:
        "coalesce gives the column where it is not NULL and the other value where it is, and a condition of WHERE keeps a row only if it is true",
    };
  }
  return null;
};

function valueOf(node: Node, type: string, scope: PredicateScope): string | null {
  const fraction = scope.values(node).some(isNumericConstant);
  if (INTEGERS.has(type)) return fraction ? null : integerValue(node, "bigint");
  const names = TYPES[type];
  return names === undefined ? null : valueAs(node, type, names);
}
