import { deparseSync } from "pgsql-deparser";
import type { Predicate, PredicateRole } from "../../workload/statement.ts";
import { accessPaths, expressionType } from "./access-paths.ts";
import { indexExpression } from "./index-expression.ts";
import type { UseDraft } from "./model.ts";
import { dependsOnColumns, type Traced, valueKind } from "./trace.ts";

export interface Comparison {
  readonly role: PredicateRole;
  readonly operator: string;
  /** Whether it can be read from its right side; false where that is a list or an array. Default true. */
  readonly symmetric?: boolean;
  /** Whether it need not hold for a row of the result: under OR or NOT. Default false. */
  readonly weak?: boolean;
  /** Whether the value is a pattern whose first characters are known. Default false. */
  readonly prefix?: boolean;
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
  use.predicates.push({
    role,
    column: side.column,
    expression,
    operator: comparison.operator,
    joins: role === "join" ? joinedColumn(others) : null,
    value: valueKind(others),
    ...(comparison.weak === true ? {} : strongFacts(side, use, others, comparison)),
  });
}

/** Right sides of these are worth a partial index of their own. */
const LITERAL_OPERATORS: ReadonlySet<string> = new Set(["=", "<>", "in"]);

function strongFacts(
  side: Traced,
  use: UseDraft,
  others: readonly Traced[],
  comparison: Comparison,
): Pick<Predicate, "literal" | "access"> {
  const { operator, prefix = false } = comparison;
  const constant = LITERAL_OPERATORS.has(operator) && valueKind(others) === "constant";
  const literal = constant ? literalOf(operator, others) : null;
  const servable = side.indexable && !others.some((other) => other.volatile || other.uses.has(use));
  const access = servable
    ? accessPaths(expressionType(side.node, use.table), operator, prefix)
    : [];
  return {
    ...(literal !== null && { literal }),
    ...(access.length > 0 && { access }),
  };
}

function literalOf(operator: string, others: readonly Traced[]): string | null {
  try {
    const texts = others.map((other) => deparseSync(other.node, { pretty: false }));
    if (operator === "in") return `(${texts.join(", ")})`;
    return texts.length === 1 ? (texts[0] ?? null) : null;
  } catch {
    // The deparser knows fewer constructs than the parser.
    return null;
  }
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
