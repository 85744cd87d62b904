import type { QueryReview } from "../../engine.ts";
import { unmatchedReason } from "../../rewrite/review-words.ts";
import { tokens } from "../tokens.ts";
import type { Expression, FromItem, JoinItem } from "../syntax/tree.ts";
import type { LevelColumn, QueryLevel } from "./query-levels.ts";
import {
  partText,
  type ReadQuery,
  type ReadText,
  rewriteQuery,
  type TextEdit,
} from "./rewrites.ts";

/** A condition of WHERE that no row without a match passes: the LEFT JOIN before it is an inner one. */
export function leftJoinReviews(read: ReadQuery): readonly QueryReview[] {
  return read.shape.levels.flatMap((level, at) =>
    leftJoins(level).flatMap((join, position): readonly QueryReview[] => {
      const found = refusedBy(join, level);
      if (found === null) return [];
      const rewrite = rewriteQuery(read, (text) => {
        const own = text.levels[at];
        const target = own === undefined ? undefined : leftJoins(own)[position];
        return target === undefined ? null : innerJoinEdit(text, target);
      });
      if (rewrite === null) return [];
      const { source, column } = found.column;
      const part = partText(read.shape, found.condition);
      return [
        {
          kind: "outer-join-filtered",
          table: { schema: source.table.schema, name: source.table.name },
          columns: [column.name],
          part,
          rewrite,
          same: true,
          reason: unmatchedReason(column.name, part),
        },
      ];
    }),
  );
}

/** LEFT JOINs that every row of the level comes from: not those on the other side of an outer join. */
function leftJoins(level: QueryLevel): readonly JoinItem[] {
  return level.select === null ? [] : level.from.flatMap(outerSpine);
}

function outerSpine(item: FromItem): readonly JoinItem[] {
  if (item.kind !== "join") return [];
  if (item.type === "left") return item.natural ? [] : [item, ...outerSpine(item.left)];
  return item.type === "inner" ? [...outerSpine(item.left), ...outerSpine(item.right)] : [];
}

function refusedBy(
  join: JoinItem,
  level: QueryLevel,
): { readonly column: LevelColumn; readonly condition: Expression } | null {
  const names = new Set(aliasesIn(join.right));
  for (const condition of level.where) {
    const column = strictColumn(condition, level);
    if (column !== null && names.has(column.source.alias)) return { column, condition };
  }
  return null;
}

function aliasesIn(item: FromItem): readonly string[] {
  if (item.kind === "join") return [...aliasesIn(item.left), ...aliasesIn(item.right)];
  return item.kind === "table" ? [item.alias ?? item.name] : [];
}

const STRICT: ReadonlySet<string> = new Set(["=", "<", "<=", ">", ">=", "<>", "like", "regexp"]);

/** The bare column for whose NULL the condition can't be true. */
function strictColumn(condition: Expression, level: QueryLevel): LevelColumn | null {
  if (condition.kind === "in" || condition.kind === "between") {
    return level.column(condition.operand);
  }
  if (condition.kind === "is") {
    return condition.what === "null" && condition.negated ? level.column(condition.operand) : null;
  }
  if (condition.kind !== "binary" || !STRICT.has(condition.operator)) return null;
  return level.column(condition.left) ?? level.column(condition.right);
}

/** `LEFT [OUTER] JOIN` stands between the two sides. */
function innerJoinEdit({ sql }: ReadText, { left, right }: JoinItem): readonly TextEdit[] | null {
  const between = tokens(sql.slice(left.end, right.start));
  const [first] = between;
  const join = between.find(({ kind, value }) => kind === "word" && value === "JOIN");
  if (first?.value !== "LEFT" || join === undefined) return null;
  return [{ start: left.end + first.start, end: left.end + join.end, text: join.text }];
}
