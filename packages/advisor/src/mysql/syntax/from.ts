import {
  expectName,
  expectNameAfterDot,
  skipParentheses,
  takeAlias,
  takeNameList,
} from "./names.ts";
import { parseSubquery, startsQuery } from "./lists.ts";
import type { TokenCursor } from "./token-cursor.ts";
import type { FromItem, JoinItem, TableItem } from "./tree.ts";

/** Table references with commas between them. */
export function parseFrom(cursor: TokenCursor): readonly FromItem[] {
  const items: FromItem[] = [];
  do {
    items.push(parseReference(cursor));
  } while (cursor.takes(","));
  return items;
}

function parseReference(cursor: TokenCursor): FromItem {
  let left = parseItem(cursor);
  for (;;) {
    const joined = parseJoin(cursor, left);
    if (joined === null) return left;
    left = joined;
  }
}

function parseJoin(cursor: TokenCursor, left: FromItem): FromItem | null {
  const kind = joinKind(cursor);
  if (kind === null) return null;
  const first = parseItem(cursor);
  // `a JOIN b JOIN c ON x ON y`: where no condition follows at once, the next join is part of the right side.
  const right = kind.natural || endsJoin(cursor) ? first : chain(cursor, first);
  const on = cursor.takes("ON") ? cursor.expression() : null;
  const using = on === null && cursor.takes("USING") ? takeNameList(cursor) : [];
  const place = { start: left.start, end: cursor.end };
  const join = { kind: "join", ...kind, on, using, ...place } as const;
  if (on === null && using.length === 0 && right !== first) return grafted(right, left, join);
  return { ...join, left, right };
}

function endsJoin(cursor: TokenCursor): boolean {
  return cursor.sees("ON") || cursor.sees("USING");
}

function chain(cursor: TokenCursor, first: FromItem): FromItem {
  let left = first;
  while (!endsJoin(cursor)) {
    const joined = parseJoin(cursor, left);
    if (joined === null) return left;
    left = joined;
  }
  return left;
}

/** `a JOIN b LEFT JOIN c ON x`: without a condition of its own the first join is done first. */
function grafted(
  right: FromItem,
  left: FromItem,
  join: Omit<JoinItem, "left" | "right">,
): FromItem {
  if (right.kind !== "join") return { ...join, left, right, end: right.end };
  return { ...right, start: left.start, left: grafted(right.left, left, join) };
}

function joinKind(cursor: TokenCursor): Pick<JoinItem, "natural" | "type"> | null {
  const { at } = cursor;
  const natural = cursor.takes("NATURAL");
  if (cursor.takes("STRAIGHT_JOIN")) return { type: "inner", natural };
  const word = cursor.takesOne("INNER", "CROSS", "LEFT", "RIGHT", "FULL");
  if (word === "LEFT" || word === "RIGHT" || word === "FULL") cursor.takes("OUTER");
  if (!cursor.takes("JOIN")) {
    cursor.at = at;
    return null;
  }
  if (word === "LEFT") return { type: "left", natural };
  if (word === "RIGHT") return { type: "right", natural };
  return { type: word === "FULL" ? "full" : "inner", natural };
}

function parseItem(cursor: TokenCursor): FromItem {
  const { start } = cursor;
  if (cursor.takes("{")) {
    cursor.next();
    const inner = parseReference(cursor);
    cursor.expect("}");
    return inner;
  }
  if (cursor.takes("LATERAL")) return parseDerived(cursor, start, true);
  if (cursor.sees("(")) {
    if (startsQuery(cursor, 1) || cursor.word(1) === "VALUES") {
      return parseDerived(cursor, start, false);
    }
    const derived = cursor.attempt(() => parseDerived(cursor, start, false));
    return derived ?? parseNested(cursor);
  }
  if (cursor.sees("JSON_TABLE", "(")) return parseJsonTable(cursor);
  return parseTable(cursor, true);
}

/** `(a, b JOIN c ON x)` */
function parseNested(cursor: TokenCursor): FromItem {
  const { start } = cursor;
  cursor.expect("(");
  const [first, ...more] = parseFrom(cursor);
  cursor.expect(")");
  if (first === undefined) return cursor.fail();
  const place = { start, end: cursor.end };
  return more.reduce<FromItem>(
    (left, right) => ({
      kind: "join",
      type: "inner",
      natural: false,
      left,
      right,
      on: null,
      using: [],
      ...place,
    }),
    { ...first, ...place },
  );
}

function parseDerived(cursor: TokenCursor, start: number, lateral: boolean): FromItem {
  const query = parseSubquery(cursor);
  const alias = takeAlias(cursor, false);
  const columns = alias === null ? [] : takeNameList(cursor);
  return { kind: "derived", query, alias, columns, lateral, start, end: cursor.end };
}

function parseJsonTable(cursor: TokenCursor): FromItem {
  const { start } = cursor;
  cursor.expect("JSON_TABLE", "(");
  const input = cursor.expression();
  cursor.expect(",");
  cursor.structural(() => cursor.expression());
  cursor.expect("COLUMNS");
  const columns = jsonColumns(cursor);
  cursor.expect(")");
  const alias = takeAlias(cursor, false);
  return { kind: "json-table", input, alias, columns, start, end: cursor.end };
}

function jsonColumns(cursor: TokenCursor): readonly string[] {
  const columns: string[] = [];
  cursor.expect("(");
  do {
    if (cursor.takes("NESTED")) {
      cursor.takes("PATH");
      cursor.next();
      cursor.expect("COLUMNS");
      columns.push(...jsonColumns(cursor));
      continue;
    }
    columns.push(expectName(cursor));
    while (!cursor.sees(",") && !cursor.sees(")")) {
      if (cursor.sees("(")) skipParentheses(cursor);
      else cursor.next();
    }
  } while (cursor.takes(","));
  cursor.expect(")");
  return columns;
}

/** A table's name; with `decorated`, its partitions, alias and index hints too. */
export function parseTable(cursor: TokenCursor, decorated: boolean): TableItem {
  const { start } = cursor;
  cursor.takes(".");
  const first = expectName(cursor);
  const second = cursor.takes(".") ? expectNameAfterDot(cursor) : null;
  const [schema, name] = second === null ? [null, first] : [first, second];
  if (!decorated) return { kind: "table", schema, name, alias: null, start, end: cursor.end };
  skipPartitions(cursor);
  skipSystemTime(cursor);
  const alias = takeAlias(cursor, true);
  skipIndexHints(cursor);
  if (cursor.takes("TABLESAMPLE")) {
    cursor.next();
    skipParentheses(cursor);
  }
  return { kind: "table", schema, name, alias, start, end: cursor.end };
}

export function skipPartitions(cursor: TokenCursor): void {
  if (cursor.takes("PARTITION")) skipParentheses(cursor);
}

function skipSystemTime(cursor: TokenCursor): void {
  if (!cursor.takes("FOR", "SYSTEM_TIME")) return;
  if (cursor.takes("ALL")) return;
  const between = cursor.takesOne("FROM", "BETWEEN");
  if (between === null) cursor.expect("AS", "OF");
  if (between !== "BETWEEN") {
    parseTime(cursor);
    if (between === "FROM") cursor.expect("TO");
    else return;
    parseTime(cursor);
    return;
  }
  // `BETWEEN a AND b`: AND ends the first.
  cursor.takesOne("TIMESTAMP", "TRANSACTION");
  parseBounds(cursor);
}

function parseTime(cursor: TokenCursor): void {
  if (cursor.peek(1)?.kind !== "string") cursor.takesOne("TIMESTAMP", "TRANSACTION");
  cursor.expression();
}

function parseBounds(cursor: TokenCursor): void {
  cursor.expression();
  if (cursor.takes("AND")) parseTime(cursor);
}

function skipIndexHints(cursor: TokenCursor): void {
  while (cursor.sees("USE") || cursor.sees("IGNORE") || cursor.sees("FORCE")) {
    if (cursor.word(1) !== "INDEX" && cursor.word(1) !== "KEY") return;
    cursor.at += 2;
    if (cursor.takes("FOR") && !cursor.takes("JOIN")) {
      cursor.expectOne("ORDER", "GROUP");
      cursor.expect("BY");
    }
    skipParentheses(cursor);
    cursor.takes(",");
  }
}
