import type { Node } from "libpg-query";
import type { QueryReview } from "../../engine.ts";
import { partAt, pathTo } from "../../rewrite/part-at.ts";
import { isNode, stringConstant } from "../describe/node-parts.ts";
import { coalescedColumn } from "./coalesced-column.ts";
import { dayOfTimestamp } from "./day-of-timestamp.ts";
import { conditionEdits } from "./edit-text.ts";
import { fragmentText, parseFragment } from "./fragment.ts";
import { integerArithmetic } from "./integer-arithmetic.ts";
import { numericComparison } from "./numeric-comparison.ts";
import type { PredicateRule, PredicateScope, RewrittenPredicate } from "./predicate-rule.ts";
import type { QueryLevel } from "./query-levels.ts";
import { type ReadQuery, type ReadText, rewriteQuery, type TextChange } from "./rewrites.ts";
import { replaceIn } from "./same-tree.ts";
import { truncatedTimestamp } from "./truncated-timestamp.ts";
import { yearOfTimestamp } from "./year-of-timestamp.ts";

const RULES: readonly PredicateRule[] = [
  dayOfTimestamp,
  truncatedTimestamp,
  yearOfTimestamp,
  integerArithmetic,
  coalescedColumn,
  numericComparison,
];

/** Conditions that hide a column from its index. */
export function predicateReviews(read: ReadQuery): readonly QueryReview[] {
  return read.shape.levels.flatMap((level, at) =>
    conditionsOf(level).flatMap((condition, position) => {
      const logged = (): readonly Node[] =>
        read.samples.flatMap(({ text }) => conditionAt(text, at, position) ?? []);
      const values = (node: Node): readonly Node[] => valuesOf(node, condition, logged);
      const scope: PredicateScope = { level, values };
      const found = firstRewrite(condition, scope);
      if (found !== null) return rewrittenReview(read, found, { condition, at, position, values });
      return wildcardReview(condition, scope);
    }),
  );
}

function conditionsOf(level: QueryLevel): readonly Node[] {
  return [...level.where, ...level.joined];
}

function conditionAt(text: ReadText, at: number, position: number): Node | undefined {
  const level = text.levels[at];
  return level === undefined ? undefined : conditionsOf(level)[position];
}

/** What stands in the place of a part of the condition in each of the same conditions with values. */
function valuesOf(node: Node, condition: Node, logged: () => readonly Node[]): readonly Node[] {
  if ("A_Const" in node) return [node];
  const path = pathTo(condition, node);
  if (path === null) return [];
  return logged().flatMap((other) => {
    const part = partAt(other, path);
    return isNode(part) ? [part] : [];
  });
}

function firstRewrite(condition: Node, scope: PredicateScope): RewrittenPredicate | null {
  for (const rule of RULES) {
    const found = rule(condition, scope);
    if (found !== null) return found;
  }
  return null;
}

interface Place {
  readonly condition: Node;
  readonly at: number;
  readonly position: number;
  readonly values: PredicateScope["values"];
}

function rewrittenReview(
  read: ReadQuery,
  found: RewrittenPredicate,
  { condition, at, position, values }: Place,
): readonly QueryReview[] {
  const change = (text: ReadText): TextChange | null => {
    const level = text.levels[at];
    const own = conditionAt(text, at, position);
    if (level === undefined || own === undefined) return null;
    const known = own === condition ? values : (node: Node) => valuesOf(node, own, () => []);
    const replacement = firstRewrite(own, { level, values: known })?.text;
    if (replacement === undefined) return null;
    return {
      wanted: replaceIn(text.tree, own, parseFragment(replacement)),
      propose: (tokens) => conditionEdits(tokens, replacement),
    };
  };
  const rewrite = rewriteQuery(read, change);
  const part = fragmentText(condition);
  if (rewrite === null || part === null) return [];
  const { source, column } = found.column;
  return [
    {
      kind: "non-sargable-predicate",
      table: { schema: source.table.schema, name: source.table.name },
      columns: [column.name],
      part,
      rewrite,
      same: found.same,
      reason: found.reason,
    },
  ];
}

/** `LIKE '%x'`: no btree finds what a text ends with. Told only where the pattern is known to begin so. */
function wildcardReview(
  condition: Node,
  { level, values }: PredicateScope,
): readonly QueryReview[] {
  if (!("A_Expr" in condition)) return [];
  const { kind, lexpr, rexpr } = condition.A_Expr;
  if ((kind !== "AEXPR_LIKE" && kind !== "AEXPR_ILIKE") || rexpr === undefined) return [];
  const found = level.column(lexpr);
  if (found === null) return [];
  const patterns = values(rexpr).map((value) => stringConstant(value) ?? "");
  const open = patterns.length > 0 && patterns.every((pattern) => /^[%_]/.test(pattern));
  const part = open ? fragmentText(condition) : null;
  if (part === null || part.includes("NOT")) return [];
  const { source, column } = found;
  return [
    {
      kind: "non-sargable-predicate",
      table: { schema: source.table.schema, name: source.table.name },
      columns: [column.name],
      part,
      rewrite: null,
      same: false,
      reason:
        "the pattern begins with a wildcard, and a btree is searched from the first letter: a GIN index with gin_trgm_ops of the extension pg_trgm finds three letters in a row anywhere",
    },
  ];
}
