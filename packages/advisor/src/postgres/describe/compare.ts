import type { Predicate, PredicateRole } from "../../workload/statement.ts";
import { indexExpression } from "./index-expression.ts";
import type { UseDraft } from "./model.ts";
import { dependsOnColumns, type Traced, valueKind } from "./trace.ts";

export interface Comparison {
  readonly role: PredicateRole;
  readonly operator: string;
  /** Whether it can be read from its right side; false where that is a list or an array. Default true. */
  readonly symmetric?: boolean;
}

/** The same comparison read from its right side. */
const COMMUTED: Readonly<Record<string, string>> = {
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
  "@>": "<@",
  "<@": "@>",
};

/** Adds `left operator right` to the table on either side. */
export function addComparison(
  left: readonly Traced[],
  right: readonly Traced[],
  comparison: Comparison,
): void {
  for (const side of left) addPredicate(side, right, comparison);
  const operator = COMMUTED[comparison.operator] ?? comparison.operator;
  const role = comparison.symmetric === false ? "other" : comparison.role;
  for (const side of right) addPredicate(side, left, { role, operator });
}

/** Adds a condition to the one table that `side` is of; to none where it is of several, or out of reach there. */
export function addPredicate(
  side: Traced,
  others: readonly Traced[],
  comparison: Comparison,
): void {
  const [use, ...more] = side.uses;
  if (use === undefined || more.length > 0 || side.unknown || side.reach === "none") return;
  if (side.subquery) return;
  const joined = others.some(dependsOnColumns);
  if (joined && side.reach !== "all") return;
  const expression = indexExpression(side.node);
  if (expression === null) return;
  const role = roleOf(side, use, others, comparison.role);
  use.predicates.push({
    role,
    column: side.column,
    expression,
    operator: comparison.operator,
    joins: role === "join" ? joinedColumn(others) : null,
    value: valueKind(others),
  });
}

function roleOf(
  side: Traced,
  use: UseDraft,
  others: readonly Traced[],
  role: PredicateRole,
): PredicateRole {
  const servable =
    side.indexable &&
    !side.volatile &&
    !others.some((other) => other.volatile || other.uses.has(use));
  if (!servable) return "other";
  return role === "equality" && others.some(dependsOnColumns) ? "join" : role;
}

function joinedColumn(others: readonly Traced[]): Predicate["joins"] {
  const [other] = others;
  const [use] = other?.uses ?? [];
  if (other === undefined || use === undefined || other.column === null) return null;
  return {
    table: { schema: use.table.schema, name: use.table.name },
    column: other.column,
  };
}

/** Two conditions that ask the same of the same column or expression. */
export function sameSide(a: Traced, b: Traced): boolean {
  const [useA] = a.uses;
  const [useB] = b.uses;
  return useA === useB && indexExpression(a.node) === indexExpression(b.node);
}
