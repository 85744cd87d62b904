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
  const on = seesOn(cursor) && cursor.takes("ON") ? cursor.expression() : null;
  const using = on === null && cursor.takes("USING") ? takeNameList(cursor) : [];
  const place = { start: left.start, end: cursor.end };
  const join = { kind: "join", ...kind, on, using, ...place } as const;
  if (on === null && using.length === 0 && right !== first) return grafted(right, left, join);
  return { ...join, left, right };
}

/** `INSERT ... SELECT ... ON DUPLICATE KEY` has no join condition there. */
function seesOn(cursor: TokenCursor): boolean {
  return cursor.sees("ON") && !cursor.sees("ON", "DUPLICATE", "KEY");
}

function endsJoin(cursor: TokenCursor): boolean {
  return seesOn(cursor) || cursor.sees("USING");
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
  skipTimes(cursor);
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
      cursor.structural(() => cursor.operand());
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
  const item = { kind: "table", schema, name, start } as const;
  if (!decorated) return { ...item, alias: null, hinted: [], end: cursor.end };
  skipPartitions(cursor);
  skipTimes(cursor);
  const alias = takeAlias(cursor, true);
  const hinted = takeIndexHints(cursor);
  if (cursor.takes("TABLESAMPLE")) {
    cursor.next();
    skipParentheses(cursor);
  }
  return { ...item, alias, hinted, end: cursor.end };
}

export function skipPartitions(cursor: TokenCursor): void {
  if (cursor.takes("PARTITION")) skipParentheses(cursor);
}

/** MariaDB's `FOR SYSTEM_TIME AS OF x`, `FROM x TO y`, `BETWEEN x AND y`, `ALL`, and `FOR PORTION OF period FROM x TO y`. */
function skipTimes(cursor: TokenCursor): void {
  if (cursor.takes("FOR", "PORTION", "OF")) expectName(cursor);
  else if (!cursor.takes("FOR", "SYSTEM_TIME") || cursor.takes("ALL")) return;
  if (cursor.takes("AS", "OF")) return skipTime(cursor);
  const between = cursor.expectOne("FROM", "BETWEEN") === "BETWEEN";
  skipTime(cursor);
  cursor.expect(between ? "AND" : "TO");
  skipTime(cursor);
}

function skipTime(cursor: TokenCursor): void {
  // `TIMESTAMP 'x'` is a constant, `TIMESTAMP(x)` a call.
  const marked = cursor.peek(1)?.kind !== "string" && cursor.word(1) !== "(";
  if (marked) cursor.takesOne("TIMESTAMP", "TRANSACTION");
  cursor.operand();
}

/** The names in them. */
function takeIndexHints(cursor: TokenCursor): readonly string[] {
  const names: string[] = [];
  while (cursor.sees("USE") || cursor.sees("IGNORE") || cursor.sees("FORCE")) {
    if (cursor.word(1) !== "INDEX" && cursor.word(1) !== "KEY") return names;
    cursor.at += 2;
    if (cursor.takes("FOR") && !cursor.takes("JOIN")) {
      cursor.expectOne("ORDER", "GROUP");
      cursor.expect("BY");
    }
    const from = cursor.at;
    skipParentheses(cursor);
    for (let offset = from - cursor.at; offset < 0; offset += 1) {
      const token = cursor.peek(offset);
      if (token === undefined || token.kind === "symbol") continue;
      names.push(token.kind === "word" ? token.text : token.value);
    }
  }
  return names;
}
