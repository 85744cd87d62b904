import type { QueryReview } from "../../engine.ts";
import { partAt, pathTo } from "../../rewrite/part-at.ts";
import type { Expression } from "../syntax/tree.ts";
import { dayOfDatetime } from "./day-of-datetime.ts";
import { foldedCase } from "./folded-case.ts";
import { integerArithmetic } from "./integer-arithmetic.ts";
import { monthOfDate } from "./month-of-date.ts";
import { integerAsText, numberForText } from "./number-as-text.ts";
import type { PredicateRule, PredicateScope, RewrittenPredicate } from "./predicate-rule.ts";
import type { QueryLevel } from "./query-levels.ts";
import { replacedNull } from "./replaced-null.ts";
import { partText, type ReadQuery, type ReadText, rewriteQuery } from "./rewrites.ts";
import { yearOfDate } from "./year-of-date.ts";

const RULES: readonly PredicateRule[] = [
  dayOfDatetime,
  monthOfDate,
  yearOfDate,
  integerArithmetic,
  replacedNull,
  foldedCase,
  numberForText,
  integerAsText,
];

/** Conditions that hide a column from its index. */
export function predicateReviews(read: ReadQuery): readonly QueryReview[] {
  return read.shape.levels.flatMap((level, at) =>
    conditionsOf(level).flatMap((condition, position): readonly QueryReview[] => {
      const others = (): readonly Expression[] =>
        read.samples.flatMap(({ text }) => conditionAt(text, at, position) ?? []);
      const found = firstRewrite(condition, scopeOf(read.shape, level, condition, others));
      if (found === null) return [];
      const rewrite = rewriteQuery(read, (text) => {
        const own = conditionAt(text, at, position);
        const ownLevel = text.levels[at];
        if (own === undefined || ownLevel === undefined) return null;
        const scope =
          text === read.shape
            ? scopeOf(text, ownLevel, own, others)
            : scopeOf(text, ownLevel, own, () => []);
        const made = firstRewrite(own, scope);
        return made === null ? null : [{ start: own.start, end: own.end, text: made.text }];
      });
      if (rewrite === null) return [];
      const { source, column } = found.column;
      return [
        {
          kind: "non-sargable-predicate",
          table: { schema: source.table.schema, name: source.table.name },
          columns: [column.name],
          part: partText(read.shape, condition),
          rewrite,
          same: found.same,
          reason: found.reason,
        },
      ];
    }),
  );
}

function conditionsOf(level: QueryLevel): readonly Expression[] {
  return [...level.where, ...level.joined];
}

function conditionAt(text: ReadText, at: number, position: number): Expression | undefined {
  const level = text.levels[at];
  return level === undefined ? undefined : conditionsOf(level)[position];
}

/** `others`: the same condition of each text with values. */
function scopeOf(
  text: ReadText,
  level: QueryLevel,
  condition: Expression,
  others: () => readonly Expression[],
): PredicateScope {
  return {
    level,
    text: (node) => partText(text, node),
    values: (node) => {
      const path = pathTo(condition, node);
      if (path === null) return [];
      return others().flatMap((other) => {
        const part = partAt(other, path);
        return isExpression(part) ? [part] : [];
      });
    },
  };
}

function isExpression(part: unknown): part is Expression {
  return typeof part === "object" && part !== null && "kind" in part;
}

function firstRewrite(condition: Expression, scope: PredicateScope): RewrittenPredicate | null {
  for (const rule of RULES) {
    const found = rule(condition, scope);
    if (found !== null) return found;
  }
  return null;
}
