import type { QueryReview } from "../../engine.ts";
import type { Column } from "../../catalog/catalog.ts";
import { columnType } from "../describe/value-type.ts";
import type { Expression } from "../syntax/tree.ts";
import { comparisons } from "./predicate-rule.ts";
import type { LevelColumn, QueryLevel } from "./query-levels.ts";
import { partText, type ReadQuery, rewriteQuery } from "./rewrites.ts";

/** `a.code = b.number`: columns of two types or collations are joined, and one of them is converted row by row. */
export function convertedJoinReviews(read: ReadQuery): readonly QueryReview[] {
  return read.shape.levels.flatMap((level, at) =>
    [...level.where, ...level.joined].flatMap((condition, position): readonly QueryReview[] => {
      const found = convertedJoin(condition, level);
      if (found === null) return [];
      const rewrite = rewriteQuery(read, (text) => {
        const own = text.levels[at];
        const target = own && [...own.where, ...own.joined][position];
        const made = own && target && convertedJoin(target, own);
        if (!target || !made) return null;
        const [bare, other] = [made.bare.node, made.other.node].map((node) => partText(text, node));
        return [
          { start: target.start, end: target.end, text: `${bare} = ${made.convert(other ?? "")}` },
        ];
      });
      const { bare, other } = found;
      return [
        {
          kind: "misaligned-key-types",
          table: tableName(bare),
          columns: [bare.column.column.name],
          part: partText(read.shape, condition),
          rewrite,
          same: false,
          other: { table: tableName(other), column: other.column.column.name },
          reason: `${described(bare)} and ${described(other)}: ${found.means} keeps every index on ${bare.column.column.name} from serving the join`,
        },
      ];
    }),
  );
}

interface Side {
  readonly node: Expression;
  readonly column: LevelColumn;
}

interface ConvertedJoin {
  /** The column that is converted row by row. */
  readonly bare: Side;
  readonly other: Side;
  readonly means: string;
  /** The other side as it could be looked up in an index on the first. */
  convert(text: string): string;
}

function convertedJoin(condition: Expression, level: QueryLevel): ConvertedJoin | null {
  for (const { operator, left, right } of comparisons(condition)) {
    const [one, two] = [level.column(left), level.column(right)];
    if (operator !== "=" || one === null || two === null || one.source === two.source) continue;
    const bare = { node: left, column: one };
    const other = { node: right, column: two };
    const types = [one, two].map(({ column }) => columnType(column.type));
    if (types[0] === "text" && types[1] === "number") {
      const convert = (text: string): string => `CAST(${text} AS CHAR)`;
      return { bare, other, means: "making a number of each text", convert };
    }
    if (types[0] !== "text" || types[1] !== "text") continue;
    const convert = conversion(one.column, two.column);
    if (convert !== null) return { bare, other, means: "converting each text", convert };
  }
  return null;
}

/** How a text of the second column is looked up in an index of the first, where the server converts the first. */
function conversion(one: Column, two: Column): ((text: string) => string) | null {
  const [own, others] = [one.collation?.toLowerCase(), two.collation?.toLowerCase()];
  if (own === undefined || others === undefined || own === others) return null;
  const [set, wider] = [characterSet(own), characterSet(others)];
  const converted = set === wider ? isBinary(others) && !isBinary(own) : rank(set) < rank(wider);
  return converted ? (text) => `CONVERT(${text} USING ${set}) COLLATE ${own}` : null;
}

function characterSet(collation: string): string {
  const [set = ""] = collation.split("_");
  return set === "utf8" ? "utf8mb3" : set;
}

function isBinary(collation: string): boolean {
  return collation.endsWith("_bin");
}

/** Where two character sets meet, the one that can write more is converted to. */
function rank(set: string): number {
  if (set === "utf8mb4") return 3;
  return set === "utf8mb3" ? 2 : 1;
}

function tableName({ column }: Side): { readonly schema: string; readonly name: string } {
  const { schema, name } = column.source.table;
  return { schema, name };
}

function described({ column: { column } }: Side): string {
  return `${column.name} is ${column.type}${column.collation === null ? "" : ` ${column.collation}`}`;
}
