import type { JoinExpr, Node } from "libpg-query";
import type { QueryReview } from "../../engine.ts";
import { unmatchedReason } from "../../rewrite/review-words.ts";
import { nameParts, stringConstant, walkNodes } from "../describe/node-parts.ts";
import type { SqlToken } from "../sql-tokens.ts";
import type { TokenEdit } from "./edit-text.ts";
import { fragmentText } from "./fragment.ts";
import type { LevelColumn, QueryLevel } from "./query-levels.ts";
import { type ReadQuery, type ReadText, rewriteQuery, type TextChange } from "./rewrites.ts";
import { replaceIn } from "./same-tree.ts";

/** A condition of WHERE that no row without a match passes: the LEFT JOIN before it is an inner one. */
export function leftJoinReviews(read: ReadQuery): readonly QueryReview[] {
  return read.shape.levels.flatMap((level, at) =>
    leftJoins(level).flatMap((join, position): readonly QueryReview[] => {
      const found = refusedBy(join, level);
      if (found === null) return [];
      const change = (text: ReadText): TextChange | null => {
        const own = text.levels[at];
        const target = own === undefined ? undefined : leftJoins(own)[position];
        if (target === undefined) return null;
        const inner: JoinExpr = { ...target, jointype: "JOIN_INNER" };
        return { wanted: replaceIn(text.tree, target, inner), propose: innerJoinEdits };
      };
      const rewrite = rewriteQuery(read, change);
      const { source, column } = found.column;
      if (rewrite === null) return [];
      return [
        {
          kind: "outer-join-filtered",
          table: { schema: source.table.schema, name: source.table.name },
          columns: [column.name],
          part: found.part,
          rewrite,
          same: true,
          reason: unmatchedReason(column.name, found.part),
        },
      ];
    }),
  );
}

/** LEFT JOINs that every row of the level comes from: not those inside a subquery or on the other side of an outer join. */
function leftJoins(level: QueryLevel): readonly JoinExpr[] {
  return level.select === null ? [] : level.from.flatMap(outerSpine);
}

function outerSpine(item: Node): readonly JoinExpr[] {
  if (!("JoinExpr" in item) || item.JoinExpr.alias !== undefined) return [];
  const { jointype, larg, rarg } = item.JoinExpr;
  const left = larg === undefined ? [] : outerSpine(larg);
  if (jointype === "JOIN_LEFT") return [item.JoinExpr, ...left];
  if (jointype !== "JOIN_INNER") return [];
  return [...left, ...(rarg === undefined ? [] : outerSpine(rarg))];
}

function refusedBy(
  join: JoinExpr,
  level: QueryLevel,
): { readonly column: LevelColumn; readonly part: string } | null {
  const names = aliasesIn(join.rarg);
  for (const condition of level.where) {
    const column = strictColumn(condition, level);
    if (column === null || !names.has(column.source.alias)) continue;
    const part = fragmentText(condition);
    if (part !== null) return { column, part };
  }
  return null;
}

function aliasesIn(item: Node | undefined): ReadonlySet<string> {
  const names = new Set<string>();
  walkNodes(item, (node) => {
    if ("RangeVar" in node) {
      names.add(node.RangeVar.alias?.aliasname ?? node.RangeVar.relname ?? "");
    }
    return !("SubLink" in node || "RangeSubselect" in node);
  });
  return names;
}

const STRICT_OPERATORS: ReadonlySet<string> = new Set([
  "=",
  "<",
  "<=",
  ">",
  ">=",
  "<>",
  "~~",
  "!~~",
  "~~*",
  "!~~*",
]);
const STRICT_KINDS: ReadonlySet<string> = new Set([
  "AEXPR_OP",
  "AEXPR_OP_ANY",
  "AEXPR_IN",
  "AEXPR_LIKE",
  "AEXPR_ILIKE",
  "AEXPR_BETWEEN",
]);

/** The bare column for whose NULL the condition can't be true, by an operator of the server's own. */
function strictColumn(condition: Node, level: QueryLevel): LevelColumn | null {
  if ("NullTest" in condition) {
    return condition.NullTest.nulltesttype === "IS_NOT_NULL"
      ? level.column(condition.NullTest.arg)
      : null;
  }
  if (!("A_Expr" in condition)) return null;
  const { kind = "", name, lexpr, rexpr } = condition.A_Expr;
  const [operator = "", ...more] = nameParts(name);
  const known = STRICT_OPERATORS.has(operator) || operator === "BETWEEN";
  if (!STRICT_KINDS.has(kind) || !known || more.length > 0) return null;
  const left = level.column(lexpr);
  if (left !== null && isBuiltIn(left)) return left;
  const right = kind === "AEXPR_OP" ? level.column(rexpr) : null;
  return right !== null && isBuiltIn(right) && stringConstant(lexpr) === null ? right : null;
}

/** Types whose operators are known to be strict: one of an extension or of the user's own may not be. */
function isBuiltIn({ column }: LevelColumn): boolean {
  return /^(?:bigint|integer|smallint|numeric|real|double precision|boolean|text|character|date|time|uuid)/.test(
    column.type,
  );
}

function* innerJoinEdits(tokens: readonly SqlToken[]): Generator<readonly TokenEdit[]> {
  for (const [at, token] of tokens.entries()) {
    if (token.text.toLowerCase() !== "left") continue;
    const join = tokens[at + 1]?.text.toLowerCase() === "outer" ? at + 2 : at + 1;
    const word = tokens[join];
    if (word?.text.toLowerCase() === "join") yield [{ from: at, to: join + 1, text: word.text }];
  }
}
