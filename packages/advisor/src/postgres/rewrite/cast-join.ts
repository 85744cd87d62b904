import type { Node } from "libpg-query";
import type { QueryReview } from "../../engine.ts";
import { isPlainCast } from "../describe/plain-cast.ts";
import { conditionEdits } from "./edit-text.ts";
import { fragmentText, parseFragment } from "./fragment.ts";
import { comparisons } from "./predicate-rule.ts";
import type { LevelColumn, QueryLevel } from "./query-levels.ts";
import { type ReadQuery, rewriteQuery } from "./rewrites.ts";
import { replaceIn } from "./same-tree.ts";

/** `a.id::text = b.a_id`: columns of two types are joined, one of them cast row by row. */
export function castJoinReviews(read: ReadQuery): readonly QueryReview[] {
  return read.shape.levels.flatMap((level, at) =>
    [...level.where, ...level.joined].flatMap((condition, position): readonly QueryReview[] => {
      const found = castJoin(condition, level);
      const part = found === null ? null : fragmentText(condition);
      if (found === null || part === null) return [];
      const rewrite = rewriteQuery(read, (text) => {
        const own = text.levels[at];
        const target = own === undefined ? undefined : [...own.where, ...own.joined][position];
        if (target === undefined) return null;
        return {
          wanted: replaceIn(text.tree, target, parseFragment(found.text)),
          propose: (tokens) => conditionEdits(tokens, found.text),
        };
      });
      const { cast, bare } = found;
      return [
        {
          kind: "misaligned-key-types",
          table: { schema: bare.source.table.schema, name: bare.source.table.name },
          columns: [bare.column.name],
          part,
          rewrite,
          same: false,
          other: {
            table: { schema: cast.source.table.schema, name: cast.source.table.name },
            column: cast.column.name,
          },
          reason: `${cast.column.name} is ${cast.column.type} and ${bare.column.name} is ${bare.column.type}: the cast keeps every index on ${cast.column.name} from serving the join`,
        },
      ];
    }),
  );
}

interface CastJoin {
  readonly cast: LevelColumn;
  readonly bare: LevelColumn;
  /** The join as it would be with the other side cast. */
  readonly text: string;
}

function castJoin(condition: Node, level: QueryLevel): CastJoin | null {
  for (const { operator, left, right } of comparisons(condition)) {
    if (operator !== "=" || !("TypeCast" in left)) continue;
    const cast = level.column(left.TypeCast.arg);
    const bare = level.column(right);
    if (cast === null || bare === null || cast.source === bare.source) continue;
    if (cast.column.type === bare.column.type) continue;
    if (isPlainCast(cast.column.type, left.TypeCast.typeName)) continue;
    const name = left.TypeCast.arg === undefined ? null : fragmentText(left.TypeCast.arg);
    const other = fragmentText(right);
    if (name === null || other === null) continue;
    return { cast, bare, text: `${name} = ${other}::${cast.column.type}` };
  }
  return null;
}
