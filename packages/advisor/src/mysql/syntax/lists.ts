import { skipParentheses, takeName } from "./names.ts";
import type { TokenCursor } from "./token-cursor.ts";
import type { Expression, OrderItem, Query, Window } from "./tree.ts";

/** Expressions with commas between them; at least one. */
export function parseExpressions(cursor: TokenCursor): readonly Expression[] {
  const list = [cursor.expression()];
  while (cursor.takes(",")) list.push(cursor.expression());
  return list;
}

/** What follows ORDER BY or GROUP BY. A bare number there names an output: it is part of the statement's structure. */
export function parseOrderItems(cursor: TokenCursor): readonly OrderItem[] {
  const items: OrderItem[] = [];
  do {
    const count = cursor.constants.length;
    const expression = cursor.expression();
    if (expression.kind === "literal") cursor.constants.length = count;
    const direction = cursor.takesOne("ASC", "DESC") === "DESC" ? "desc" : "asc";
    items.push({ expression, direction });
  } while (cursor.takes(","));
  return items;
}

/** Whether the token at this place can only begin a query. */
export function startsQuery(cursor: TokenCursor, offset = 0): boolean {
  const word = cursor.word(offset);
  if (word === "SELECT" || word === "WITH") return true;
  if (word === "VALUES") return cursor.word(offset + 1) === "ROW";
  return word === "TABLE" && cursor.word(offset + 1) !== "(";
}

/** A query with its parentheses. */
export function parseSubquery(cursor: TokenCursor): Query {
  const { start } = cursor;
  cursor.expect("(");
  const query = cursor.query();
  cursor.expect(")");
  return { ...query, start, end: cursor.end };
}

/** `(base PARTITION BY ... ORDER BY ... ROWS ...)` */
export function parseWindow(cursor: TokenCursor): Window {
  cursor.expect("(");
  const opens = /^(?:PARTITION|ORDER|ROWS|RANGE|GROUPS)$/.test(cursor.word());
  const base = opens ? null : takeName(cursor);
  const partitionBy = cursor.takes("PARTITION", "BY") ? parseExpressions(cursor) : [];
  const orderBy = cursor.takes("ORDER", "BY") ? parseOrderItems(cursor) : [];
  if (cursor.takesOne("ROWS", "RANGE", "GROUPS") !== null) skipRest(cursor);
  cursor.expect(")");
  return { base, partitionBy, orderBy };
}

/** Reads up to the parenthesis that closes the call. */
export function skipRest(cursor: TokenCursor): void {
  while (!cursor.sees(")")) {
    if (cursor.sees("(")) skipParentheses(cursor);
    else cursor.next();
  }
}
