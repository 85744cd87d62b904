import type { QueryReview } from "../../engine.ts";
import { DEEP_OFFSET, keysetReason } from "../../rewrite/review-words.ts";
import { quoteIdent } from "../quote-ident.ts";
import type { Expression, Limit, Query } from "../syntax/tree.ts";
import type { LevelTable } from "./query-levels.ts";
import { type ReadQuery, type ReadText, rewriteQuery, type TextEdit } from "./rewrites.ts";

/** `ORDER BY ... LIMIT ... OFFSET n` over one table: to a page that starts behind the last row of the one before. */
export function keysetReviews(read: ReadQuery): readonly QueryReview[] {
  const page = pagedSelect(read.shape);
  if (page === null) return [];
  const [deepest] = read.samples
    .flatMap(({ sample, text }) => {
      const offset = offsetOf(pagedSelect(text)?.limit);
      return offset === null || offset < DEEP_OFFSET ? [] : [{ sample, text, offset }];
    })
    .toSorted((a, b) => b.offset - a.offset);
  if (deepest === undefined) return [];
  const rewrite = rewriteQuery({ ...read, samples: [deepest] }, keysetEdits);
  if (rewrite === null) return [];
  const { schema, name } = page.source.table;
  const names = page.keys.map((key) => key.name);
  return [
    {
      kind: "offset-pagination",
      table: { schema, name },
      columns: names,
      part: `OFFSET ${deepest.offset}`,
      rewrite,
      same: false,
      reason: keysetReason(names, names.length === 1 ? "the new value" : "the new values"),
    },
  ];
}

interface PageKey {
  readonly name: string;
  /** As SQL, qualified as in the text. */
  readonly sql: string;
  /** A tie-breaker that the text does not sort by yet. */
  readonly added: boolean;
}

interface Page {
  readonly source: LevelTable;
  readonly where: Expression | null;
  readonly orderBy: Query["orderBy"];
  readonly limit: Limit;
  readonly keys: readonly PageKey[];
  readonly descending: boolean;
}

/** The outermost SELECT as a page of one table's rows, with the keys that order it fully; `null` for anything else. */
function pagedSelect({ sql, tree, levels }: ReadText): Page | null {
  if (tree.kind !== "query" || tree.with !== null || tree.body.kind !== "select") return null;
  const { body, orderBy, limit } = tree;
  const level = levels.find(({ select }) => select === body);
  const [source] = level?.tables ?? [];
  const [item, ...items] = body.from;
  if (level === undefined || source === undefined || item?.kind !== "table" || items.length > 0)
    return null;
  if (limit === null || limit.offset === null || limit.count === null) return null;
  const grouped = body.distinct || body.groupBy.length > 0 || body.having !== null;
  if (grouped || body.items.some(({ expression }) => isComputedOverRows(expression))) return null;
  const descending = orderBy[0]?.direction === "desc";
  const keys: PageKey[] = [];
  for (const { expression, direction } of orderBy) {
    const found = level.column(expression);
    // A row that has NULL compares with nothing: it would be on no page. What is printed of a float need not be equal to it.
    const usable =
      found?.column.notNull === true && !/^(?:float|double|real)/i.test(found.column.type);
    if (found === null || !usable || (direction === "desc") !== descending) return null;
    keys.push({
      name: found.column.name,
      sql: sql.slice(expression.start, expression.end),
      added: false,
    });
  }
  const primary = source.table.indexes.find((index) => index.primary);
  if (keys.length === 0 || primary === undefined) return null;
  const qualifier = keys[0]?.sql.includes(".") === true ? `${quoteIdent(source.alias)}.` : "";
  for (const { column, prefix } of primary.keys) {
    if (column === null || prefix !== undefined) return null;
    if (keys.some((key) => key.name === column)) continue;
    keys.push({ name: column, sql: qualifier + quoteIdent(column), added: true });
  }
  return { source, where: body.where, orderBy, limit, keys, descending };
}

const AGGREGATES =
  /^(?:avg|bit_and|bit_or|bit_xor|count|group_concat|json_arrayagg|json_objectagg|max|min|std|stddev|stddev_pop|stddev_samp|sum|var_pop|var_samp|variance)$/;

/** Whether an output is of several rows: an aggregate or a window. */
function isComputedOverRows(node: unknown): boolean {
  if (Array.isArray(node)) return node.some(isComputedOverRows);
  if (typeof node !== "object" || node === null) return false;
  const part = node as Partial<Extract<Expression, { readonly kind: "call" }>>;
  if (part.kind === "call" && (part.over !== null || AGGREGATES.test(part.name ?? ""))) return true;
  return Object.values(node).some(isComputedOverRows);
}

function offsetOf(limit: Limit | undefined): number | null {
  const offset = limit?.offset;
  return offset?.kind === "literal" && /^\d{1,15}$/.test(offset.value)
    ? Number(offset.value)
    : null;
}

/** Servers look up no range by `(a, b) > (x, y)`: written out, the first key gives it. */
function behind(keys: readonly PageKey[], operator: "<" | ">"): string {
  const [first, ...rest] = keys;
  if (first === undefined) return "";
  if (rest.length === 0) return `${first.sql} ${operator} ?`;
  return `${first.sql} ${operator}= ? AND (${first.sql} ${operator} ? OR ${inner(rest, operator)})`;
}

function inner(keys: readonly PageKey[], operator: "<" | ">"): string {
  const [first, ...rest] = keys;
  if (first === undefined) return "";
  if (rest.length === 0) return `${first.sql} ${operator} ?`;
  return `(${first.sql} ${operator}= ? AND (${first.sql} ${operator} ? OR ${inner(rest, operator)}))`;
}

function keysetEdits(text: ReadText): readonly TextEdit[] | null {
  const page = pagedSelect(text);
  const last = page?.orderBy.at(-1);
  if (page === null || last === undefined) return null;
  const { where, orderBy, limit, keys, descending } = page;
  const condition = behind(keys, descending ? "<" : ">");
  // `ORDER BY` stands right before its first key.
  const order = text.sql.slice(0, orderBy[0]?.expression.start).search(/\border\s+by\s*$/i);
  const { count, offset } = limit;
  const sorted = /\s+limit\s/i.exec(text.sql.slice(last.expression.end));
  if (order === -1 || sorted === null || count === null || offset === null) return null;
  const added = keys.flatMap((key) =>
    key.added ? [`, ${key.sql}${descending ? " DESC" : ""}`] : [],
  );
  const insert = (at: number, inserted: string): TextEdit => ({
    start: at,
    end: at,
    text: inserted,
  });
  const bracket = where !== null && needsBrackets(where);
  return [
    ...(where === null
      ? [insert(order, `WHERE ${condition} `)]
      : [
          insert(where.start, bracket ? "(" : ""),
          insert(where.end, `${bracket ? ")" : ""} AND ${condition}`),
        ]),
    insert(last.expression.end + sorted.index, added.join("")),
    {
      start: Math.min(count.start, offset.start),
      end: Math.max(count.end, offset.end),
      text: text.sql.slice(count.start, count.end),
    },
  ];
}

function needsBrackets(where: Expression): boolean {
  return where.kind === "binary" && /^(?:or|xor)$/.test(where.operator);
}
