import type { Node, SelectStmt } from "libpg-query";
import type { QueryReview } from "../../engine.ts";
import { DEEP_OFFSET, keysetReason } from "../../rewrite/review-words.ts";
import { integerConstant, walkNodes } from "../describe/node-parts.ts";
import { isAggregate } from "../describe/trace.ts";
import { quoteIdent } from "../quote-ident.ts";
import type { SqlToken } from "../sql-tokens.ts";
import type { TokenEdit } from "./edit-text.ts";
import { fragmentText, parseFragment } from "./fragment.ts";
import type { QueryLevel } from "./query-levels.ts";
import { type ReadQuery, type ReadText, rewriteQuery, type TextChange } from "./rewrites.ts";
import { replaceIn } from "./same-tree.ts";

/** `ORDER BY ... LIMIT ... OFFSET n` over one table: to a page that starts behind the last row of the one before. */
export function keysetReviews(read: ReadQuery): readonly QueryReview[] {
  const page = pagedSelect(read.shape);
  if (page === null) return [];
  const deepest = read.samples
    .flatMap(({ sample, text }) => {
      const offset = integerConstant(pagedSelect(text)?.level.select?.limitOffset);
      return offset === null || offset < DEEP_OFFSET ? [] : [{ sample, text, offset }];
    })
    .toSorted((a, b) => b.offset - a.offset)[0];
  if (deepest === undefined) return [];
  const first = highestParameter(read.shape.tree) + 1;
  const one = { ...read, samples: [deepest] };
  const rewrite = rewriteQuery(one, (text) => keysetChange(text, first));
  const [table] = page.level.tables;
  if (rewrite === null || table === undefined) return [];
  const last = first + page.keys.length - 1;
  const values = page.keys.length === 1 ? `$${first}` : `$${first} to $${last}`;
  return [
    {
      kind: "offset-pagination",
      table: { schema: table.table.schema, name: table.table.name },
      columns: page.keys.map(({ name }) => name),
      part: `OFFSET ${deepest.offset}`,
      rewrite,
      same: false,
      reason: keysetReason(
        page.keys.map(({ name }) => name),
        values,
      ),
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
  readonly level: QueryLevel;
  readonly keys: readonly PageKey[];
  readonly descending: boolean;
}

/** The outermost SELECT as a page of one table's rows, with the keys that order it fully; `null` for anything else. */
function pagedSelect({ tree, levels }: ReadText): Page | null {
  const select = "SelectStmt" in tree ? tree.SelectStmt : undefined;
  const level = levels.find((each) => each.select === select);
  const [source] = level?.tables ?? [];
  if (select === undefined || level === undefined || source === undefined) return null;
  if (level.from.length !== 1 || level.joined.length > 0 || !isPlain(select)) return null;
  const [item] = level.from;
  if (item === undefined || !("RangeVar" in item)) return null;
  const sorts = (select.sortClause ?? []).flatMap((node) =>
    "SortBy" in node ? [node.SortBy] : [],
  );
  const descending = sorts[0]?.sortby_dir === "SORTBY_DESC";
  const keys: PageKey[] = [];
  for (const sort of sorts) {
    const found = level.column(sort.node);
    const sql = sort.node === undefined ? null : fragmentText(sort.node);
    const same = (sort.sortby_dir === "SORTBY_DESC") === descending;
    const usual = sort.sortby_nulls === "SORTBY_NULLS_DEFAULT" && sort.useOp === undefined;
    // A row that has NULL compares with nothing: it would be on no page.
    if (found === null || sql === null || !same || !usual || !found.column.notNull) return null;
    keys.push({ name: found.column.name, sql, added: false });
  }
  const primary = source.table.indexes.find((index) => index.primary);
  if (keys.length === 0 || primary === undefined) return null;
  const qualifier = keys[0]?.sql.includes(".") === true ? `${quoteIdent(source.alias)}.` : "";
  for (const { column } of primary.keys) {
    if (column === null) return null;
    if (keys.some((key) => key.name === column)) continue;
    keys.push({ name: column, sql: qualifier + quoteIdent(column), added: true });
  }
  return { level, keys, descending };
}

/** Nothing in it that makes of its rows others than the table's. */
function isPlain(select: SelectStmt): boolean {
  if (select.limitOffset === undefined || select.limitCount === undefined) return false;
  if (select.limitOption !== "LIMIT_OPTION_COUNT" || select.op !== "SETOP_NONE") return false;
  if (select.distinctClause !== undefined || select.groupClause !== undefined) return false;
  if (select.havingClause !== undefined || select.withClause !== undefined) return false;
  let plain = true;
  walkNodes([select.targetList, select.sortClause], (node) => {
    if ("FuncCall" in node && node.FuncCall.over !== undefined) plain = false;
    if (isAggregate(node)) plain = false;
    return !("SubLink" in node);
  });
  return plain;
}

function highestParameter(tree: Node): number {
  let highest = 0;
  walkNodes(tree, (node) => {
    if ("ParamRef" in node) highest = Math.max(highest, node.ParamRef.number ?? 0);
    return true;
  });
  return highest;
}

function keysetChange(text: ReadText, first: number): TextChange | null {
  const page = pagedSelect(text);
  const select = page?.level.select;
  if (page === null || select === null || select === undefined) return null;
  const { keys, descending } = page;
  const names = keys.map(({ sql }) => sql).join(", ");
  const values = keys.map((_, at) => `$${first + at}`).join(", ");
  const wrap = (list: string): string => (keys.length === 1 ? list : `(${list})`);
  const condition = `${wrap(names)} ${descending ? "<" : ">"} ${wrap(values)}`;
  const added = keys.filter((key) => key.added).map(({ sql }) => sql + (descending ? " DESC" : ""));
  const { limitOffset: _, ...rest } = select;
  const behind = parseFragment(condition);
  const where: Node =
    select.whereClause === undefined
      ? behind
      : { BoolExpr: { boolop: "AND_EXPR", args: [select.whereClause, behind] } };
  const extra = keys
    .filter((key) => key.added)
    .map(({ sql }): Node => ({
      SortBy: {
        node: parseFragment(sql),
        sortby_dir: descending ? "SORTBY_DESC" : "SORTBY_DEFAULT",
        sortby_nulls: "SORTBY_NULLS_DEFAULT",
      },
    }));
  const wanted: SelectStmt = {
    ...rest,
    whereClause: where,
    sortClause: [...(select.sortClause ?? []), ...extra],
  };
  const joined = select.whereClause === undefined ? "WHERE" : "AND";
  return {
    wanted: replaceIn(text.tree, select, wanted),
    propose: (tokens) => keysetEdits(tokens, `${joined} ${condition} `, added),
  };
}

function keysetEdits(
  tokens: readonly SqlToken[],
  condition: string,
  added: readonly string[],
): readonly (readonly TokenEdit[])[] {
  const outer: number[] = [];
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (token.text === ")") depth--;
    if (depth === 0 && token.kind === "word") outer.push(at);
    if (token.text === "(") depth++;
  }
  const find = (words: readonly string[], from: number): number | undefined =>
    outer.find((at) => at >= from && words.includes(tokens[at]?.text.toLowerCase() ?? ""));
  const order = find(["order"], 0);
  const tail = order === undefined ? undefined : find(["limit", "offset", "fetch"], order);
  const offset = order === undefined ? undefined : find(["offset"], order);
  if (order === undefined || tail === undefined || offset === undefined) return [];
  const before = tokens[tail - 1];
  const head: readonly TokenEdit[] = [{ from: order, to: order, text: condition }];
  const tied: readonly TokenEdit[] =
    before === undefined || added.length === 0
      ? []
      : [{ from: tail - 1, to: tail, text: `${before.text}, ${added.join(", ")}` }];
  return [
    [...head, ...tied, { from: offset, to: offset + 2, text: "" }],
    [...head, ...tied, { from: offset, to: offset + 3, text: "" }],
  ];
}
