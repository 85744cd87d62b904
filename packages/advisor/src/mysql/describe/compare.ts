import type { AccessPath, Predicate, PredicateRole } from "../../workload/statement.ts";
import { printExpression } from "../syntax/print.ts";
import { servesComparison } from "./comparable.ts";
import { indexExpression } from "./index-expression.ts";
import type { UseDraft } from "./model.ts";
import { dependsOnColumns, type Traced, valueKind } from "./trace.ts";
import { tracedColumn } from "./value-type.ts";

export interface Comparison {
  readonly role: PredicateRole;
  readonly operator: string;
  /** Whether it can be read from its right side; false where that is a list. Default true. */
  readonly symmetric?: boolean;
  /** Whether it need not hold for a row of the result: under OR. Default false. */
  readonly weak?: boolean;
  /** Ways beside a btree to find its rows. */
  readonly access?: readonly AccessPath[];
}

/** The same comparison read from its right side. */
const COMMUTED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

/** Adds `left operator right` to the table on either side. */
export function addComparison(
  left: readonly Traced[],
  right: readonly Traced[],
  comparison: Comparison,
): void {
  for (const side of left) addPredicate(side, right, comparison);
  const operator = COMMUTED[comparison.operator] ?? comparison.operator;
  const role = comparison.symmetric === false ? "other" : comparison.role;
  const { weak } = comparison;
  for (const side of right) addPredicate(side, left, { role, operator, ...(weak && { weak }) });
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
  const access = comparison.access ?? [];
  use.predicates.push({
    role,
    column: side.column,
    expression,
    operator: comparison.operator,
    joins: role === "join" ? joinedColumn(others) : null,
    value: valueKind(others),
    ...(comparison.weak !== true && literalOf(others, comparison)),
    ...(comparison.weak !== true && access.length > 0 && { access }),
  });
}

function literalOf(
  others: readonly Traced[],
  { operator }: Comparison,
): Pick<Predicate, "literal"> {
  if (!/^(?:=|<=>|<>|in)$/.test(operator) || valueKind(others) !== "constant") return {};
  const texts = others.flatMap(({ node }) => printExpression(node) ?? []);
  if (texts.length !== others.length) return {};
  if (operator === "in") return { literal: `(${texts.join(", ")})` };
  const [only, ...more] = texts;
  return only === undefined || more.length > 0 ? {} : { literal: only };
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
    !others.some((other) => other.volatile || other.uses.has(use)) &&
    others.every((other) => servesComparison(side, other, role === "equality"));
  if (!servable) return "other";
  return role === "equality" && others.some(dependsOnColumns) ? "join" : role;
}

function joinedColumn(others: readonly Traced[]): Predicate["joins"] {
  const [other] = others;
  const [use] = other?.uses ?? [];
  if (other === undefined || use === undefined || other.column === null) return null;
  const column = tracedColumn(other, other.column)?.name ?? other.column;
  return { table: { schema: use.table.schema, name: use.table.name }, column };
}

/** Two conditions that ask the same of the same column or expression. */
export function sameSide(a: Traced, b: Traced): boolean {
  const [useA] = a.uses;
  const [useB] = b.uses;
  return useA === useB && indexExpression(a.node) === indexExpression(b.node);
}
