import { parseExpressions, parseOrderItems, parseSubquery, parseWindow } from "./lists.ts";
import { parseFrom, parseTable } from "./from.ts";
import { expectName, skipParentheses, takeAlias, takeNameList } from "./names.ts";
import type { TokenCursor } from "./token-cursor.ts";
import type {
  CommonTable,
  Expression,
  Limit,
  NamedWindow,
  OrderItem,
  Query,
  Select,
  SelectItem,
  With,
} from "./tree.ts";

export function parseQuery(cursor: TokenCursor): Query {
  const { start } = cursor;
  const clause = parseWith(cursor);
  const body = parseUnion(cursor);
  const { orderBy, limit } = parseTail(cursor);
  const bare = clause === null && orderBy.length === 0 && limit === null;
  if (bare && body.kind === "query") return { ...body, start, end: cursor.end };
  return { kind: "query", with: clause, body, orderBy, limit, start, end: cursor.end };
}

export function parseWith(cursor: TokenCursor): With | null {
  if (!cursor.takes("WITH")) return null;
  const recursive = cursor.takes("RECURSIVE");
  const tables: CommonTable[] = [];
  do {
    const name = expectName(cursor);
    const columns = takeNameList(cursor);
    cursor.expect("AS");
    tables.push({ name, columns, query: parseSubquery(cursor) });
    if (cursor.takes("CYCLE")) {
      while (!cursor.takes("RESTRICT")) cursor.next();
    }
  } while (cursor.takes(","));
  return { recursive, tables };
}

function wrapped(body: Query["body"]): Query {
  if (body.kind === "query") return body;
  const { start, end } = body;
  return { kind: "query", with: null, body, orderBy: [], limit: null, start, end };
}

function parseUnion(cursor: TokenCursor): Query["body"] {
  let left = parseIntersect(cursor);
  for (;;) {
    const word = cursor.takesOne("UNION", "EXCEPT", "MINUS");
    if (word === null) return left;
    const operator = word === "UNION" ? "union" : "except";
    left = setOperation(cursor, operator, left, parseIntersect);
  }
}

function parseIntersect(cursor: TokenCursor): Query["body"] {
  let left = parseTerm(cursor);
  while (cursor.takes("INTERSECT")) left = setOperation(cursor, "intersect", left, parseTerm);
  return left;
}

function setOperation(
  cursor: TokenCursor,
  operator: "union" | "except" | "intersect",
  left: Query["body"],
  read: (cursor: TokenCursor) => Query["body"],
): Query["body"] {
  const all = cursor.takesOne("ALL", "DISTINCT") === "ALL";
  const right = wrapped(read(cursor));
  const place = { start: left.start, end: right.end };
  return { kind: "set", operator, all, left: wrapped(left), right, ...place };
}

function parseTerm(cursor: TokenCursor): Query["body"] {
  const { start } = cursor;
  if (cursor.sees("(")) return parseSubquery(cursor);
  if (cursor.takes("VALUES")) {
    const rows = parseRows(cursor);
    return { kind: "values", rows, start, end: cursor.end };
  }
  if (cursor.takes("TABLE")) {
    const from = [parseTable(cursor, false)];
    const { end } = cursor;
    const expression: Expression = { kind: "column", parts: ["*"], start, end };
    const items = [{ expression, alias: null, start, end }];
    return { ...EMPTY, items, from, start, end };
  }
  cursor.expect("SELECT");
  return parseSelect(cursor, start);
}

const EMPTY = {
  kind: "select",
  distinct: false,
  items: [],
  from: [],
  where: null,
  groupBy: [],
  having: null,
  windows: [],
} as const;

/** `ROW(1, 2), (3, 4)` */
export function parseRows(cursor: TokenCursor): readonly (readonly Expression[])[] {
  const rows: (readonly Expression[])[] = [];
  do {
    cursor.takes("ROW");
    cursor.expect("(");
    rows.push(cursor.sees(")") ? [] : parseExpressions(cursor));
    cursor.expect(")");
  } while (cursor.takes(",") && !cursor.takes(".", ".", "."));
  return rows;
}

const OPTIONS = [
  "ALL",
  "DISTINCT",
  "DISTINCTROW",
  "HIGH_PRIORITY",
  "STRAIGHT_JOIN",
  "UNIQUE",
  "SQL_BIG_RESULT",
  "SQL_BUFFER_RESULT",
  "SQL_CACHE",
  "SQL_CALC_FOUND_ROWS",
  "SQL_NO_CACHE",
  "SQL_SMALL_RESULT",
];

function parseSelect(cursor: TokenCursor, start: number): Select {
  let distinct = false;
  for (let option = cursor.takesOne(...OPTIONS); option !== null;) {
    distinct ||= option.startsWith("DISTINCT") || option === "UNIQUE";
    option = cursor.takesOne(...OPTIONS);
  }
  const items = parseSelectItems(cursor);
  skipInto(cursor);
  const from = cursor.takes("FROM") && !takesDual(cursor) ? parseFrom(cursor) : [];
  const where = cursor.takes("WHERE") ? cursor.expression() : null;
  const groupBy = cursor.takes("GROUP", "BY") ? parseOrderItems(cursor) : [];
  if (!cursor.takes("WITH", "ROLLUP")) cursor.takes("WITH", "CUBE");
  const having = cursor.takes("HAVING") ? cursor.expression() : null;
  const windows = cursor.takes("WINDOW") ? parseWindows(cursor) : [];
  const qualify = cursor.takes("QUALIFY") ? cursor.expression() : null;
  const filter = qualify ?? having;
  const parts = { distinct, items, from, where, groupBy: grouping(groupBy), windows };
  return { kind: "select", ...parts, having: filter, start, end: cursor.end };
}

function takesDual(cursor: TokenCursor): boolean {
  return cursor.word(1) !== "." && cursor.takes("DUAL");
}

/** `GROUP BY ROLLUP (a, b)` is `a, b WITH ROLLUP`. */
function grouping(items: readonly OrderItem[]): readonly OrderItem[] {
  const [only, ...more] = items;
  if (only?.expression.kind !== "call" || more.length > 0) return items;
  if (only.expression.name !== "rollup") return items;
  return only.expression.args.map((expression) => ({ expression, direction: "asc" }));
}

export function parseSelectItems(cursor: TokenCursor): readonly SelectItem[] {
  const items: SelectItem[] = [];
  do {
    const { start } = cursor;
    if (cursor.takes("*")) {
      const place = { start, end: cursor.end };
      items.push({ expression: { kind: "column", parts: ["*"], ...place }, alias: null, ...place });
      continue;
    }
    const expression = cursor.expression();
    const alias = takeAlias(cursor, true);
    items.push({ expression, alias, start, end: cursor.end });
  } while (cursor.takes(","));
  return items;
}

function parseWindows(cursor: TokenCursor): readonly NamedWindow[] {
  const windows: NamedWindow[] = [];
  do {
    const name = expectName(cursor);
    cursor.expect("AS");
    windows.push({ name, window: parseWindow(cursor) });
  } while (cursor.takes(","));
  return windows;
}

/** What may follow a query, or any of its parts: order, limit, locks, INTO, in several orders. */
function parseTail(cursor: TokenCursor): Pick<Query, "limit" | "orderBy"> {
  const orderBy = parseOrderBy(cursor);
  const limit = parseLimit(cursor);
  if (cursor.takes("PROCEDURE", "ANALYSE")) skipParentheses(cursor);
  while (skipInto(cursor) || skipLock(cursor)) continue;
  return { orderBy, limit };
}

export function parseOrderBy(cursor: TokenCursor): readonly OrderItem[] {
  return cursor.takes("ORDER", "BY") ? parseOrderItems(cursor) : [];
}

/** The servers take no quoted number there. */
export function parseLimit(cursor: TokenCursor): Limit | null {
  const { placeholders } = cursor;
  const before = placeholders.length;
  const limit = limitOf(cursor);
  const counts = placeholders.splice(before);
  placeholders.push(...counts.map((place) => ({ ...place, count: true })));
  return limit;
}

function limitOf(cursor: TokenCursor): Limit | null {
  if (cursor.takes("LIMIT")) {
    if (cursor.takes("ROWS", "EXAMINED")) {
      cursor.expression();
      return null;
    }
    const first = cursor.expression();
    let limit: Limit = { count: first, offset: null };
    if (cursor.takes(",")) limit = { count: cursor.expression(), offset: first };
    else if (cursor.takes("OFFSET")) limit = { count: first, offset: cursor.expression() };
    if (cursor.takes("ROWS", "EXAMINED")) cursor.expression();
    return limit;
  }
  const offset = cursor.takes("OFFSET") ? cursor.expression() : null;
  if (offset !== null) cursor.takesOne("ROW", "ROWS");
  if (!cursor.takes("FETCH")) return offset === null ? null : { count: null, offset };
  cursor.expectOne("FIRST", "NEXT");
  const count = cursor.sees("ROW") || cursor.sees("ROWS") ? null : cursor.expression();
  cursor.expectOne("ROW", "ROWS");
  if (!cursor.takes("ONLY")) cursor.expect("WITH", "TIES");
  const { start, end } = cursor;
  const one: Expression = { kind: "literal", type: "number", value: "1", text: "1", start, end };
  return { count: count ?? one, offset };
}

/** `INTO @a, b`, `INTO OUTFILE 'x' FIELDS ...`: where the rows go changes no plan. */
function skipInto(cursor: TokenCursor): boolean {
  if (!cursor.takes("INTO")) return false;
  const ends = /^(?:FROM|WHERE|GROUP|HAVING|ORDER|LIMIT|FOR|LOCK|UNION|WINDOW|;|\))$/;
  while (cursor.peek() !== undefined && !ends.test(cursor.word())) {
    if (cursor.sees("(")) skipParentheses(cursor);
    else cursor.next();
  }
  return true;
}

function skipLock(cursor: TokenCursor): boolean {
  if (cursor.takes("LOCK", "IN", "SHARE", "MODE")) return skipWait(cursor);
  if (!cursor.takes("FOR", "UPDATE") && !cursor.takes("FOR", "SHARE")) return false;
  if (cursor.takes("OF")) {
    do parseTable(cursor, false);
    while (cursor.takes(","));
  }
  return skipWait(cursor);
}

function skipWait(cursor: TokenCursor): true {
  if (cursor.takes("WAIT")) cursor.expression();
  else if (!cursor.takes("SKIP", "LOCKED")) cursor.takes("NOWAIT");
  return true;
}
