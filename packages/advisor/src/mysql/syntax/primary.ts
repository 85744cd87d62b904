import { parseCall, parseConstantCall, UNCALLED } from "./call.ts";
import { parseExpressions, parseSubquery, startsQuery } from "./lists.ts";
import { parseLiteral } from "./literal.ts";
import { expectName, expectNameAfterDot, expectWord, takeName } from "./names.ts";

import type { TokenCursor } from "./token-cursor.ts";
import type { Case, Column, Expression } from "./tree.ts";

/** Reads an operand with the signs before it and the COLLATE behind it. */
export function parsePrimary(cursor: TokenCursor): Expression {
  let operand = signed(cursor);
  while (cursor.takes("COLLATE")) {
    const { start, end } = cursor;
    const name = expectNameOrString(cursor);
    const right: Column = { kind: "column", parts: [name], start, end };
    const parts = { operator: "collate", negated: false, left: operand, right } as const;
    operand = { kind: "binary", ...parts, start: operand.start, end: cursor.end };
  }
  return operand;
}

function expectNameOrString(cursor: TokenCursor): string {
  const token = cursor.next();
  if (token.kind === "string" || token.kind === "name") return token.value;
  if (token.kind === "word") return token.text;
  cursor.at -= 1;
  return cursor.fail();
}

const SIGNS: ReadonlySet<string> = new Set(["+", "-", "~", "!", "BINARY"]);

function signed(cursor: TokenCursor): Expression {
  const { start } = cursor;
  const sign = cursor.word();
  if (!SIGNS.has(sign)) return operandOf(cursor);
  cursor.at += 1;
  const operand = sign === "!" || sign === "BINARY" ? parsePrimary(cursor) : signed(cursor);
  const operator = sign === "!" ? "not" : sign.toLowerCase();
  return { kind: "unary", operator, operand, start, end: operand.end };
}

function operandOf(cursor: TokenCursor): Expression {
  const { start } = cursor;
  const literal = parseLiteral(cursor);
  if (literal !== null) return literal;
  if (cursor.takes("?") || cursor.takes(".", ".", ".")) {
    const place = { start, end: cursor.end };
    cursor.placeholders.push({ ...place, count: false });
    return { kind: "placeholder", ...place };
  }
  if (cursor.sees("@") || cursor.sees("@@")) return variable(cursor);
  if (cursor.sees("(")) return parenthesis(cursor);
  if (cursor.takes("{")) {
    cursor.next();
    const inner = cursor.expression();
    cursor.expect("}");
    return { ...inner, start, end: cursor.end };
  }
  return worded(cursor);
}

function variable(cursor: TokenCursor): Expression {
  const { start } = cursor;
  cursor.next();
  const token = cursor.peek();
  let name = "";
  if (token !== undefined && token.kind !== "symbol") {
    cursor.at += 1;
    name = token.value;
  }
  while (cursor.takes(".")) name += `.${cursor.next().value}`;
  const place = { start, end: cursor.end };
  const read = { kind: "variable", name, ...place } as const;
  if (!cursor.takes(":=")) return read;
  const right = cursor.expression();
  return {
    kind: "binary",
    operator: ":=",
    negated: false,
    left: read,
    right,
    start,
    end: right.end,
  };
}

function parenthesis(cursor: TokenCursor): Expression {
  const { start } = cursor;
  if (startsQuery(cursor, 1)) return subquery(cursor, start);
  const list = cursor.attempt(() => {
    cursor.expect("(");
    const items = parseExpressions(cursor);
    cursor.expect(")");
    return items;
  });
  if (list === null) {
    // `((SELECT 1) UNION (SELECT 2))`
    const query = cursor.attempt(() => subquery(cursor, start));
    if (query !== null) return query;
    cursor.expect("(");
    parseExpressions(cursor);
    return cursor.fail();
  }
  const place = { start, end: cursor.end };
  const [first, ...more] = list;
  if (first !== undefined && more.length === 0) return { ...first, ...place };
  return { kind: "row", items: list, ...place };
}

function subquery(cursor: TokenCursor, start: number): Expression {
  const query = parseSubquery(cursor);
  return { kind: "subquery", exists: false, query, start, end: cursor.end };
}

function worded(cursor: TokenCursor): Expression {
  const { start } = cursor;
  const word = cursor.word();
  if (word === "EXISTS" && cursor.sees("EXISTS", "(")) {
    cursor.at += 1;
    const query = parseSubquery(cursor);
    return { kind: "subquery", exists: true, query, start, end: cursor.end };
  }
  if (cursor.takes("ROW", "(")) {
    const items = parseExpressions(cursor);
    cursor.expect(")");
    return { kind: "row", items, start, end: cursor.end };
  }
  if (cursor.takes("CASE")) return caseOf(cursor, start);
  if (cursor.takes("INTERVAL")) return interval(cursor, start);
  if (cursor.takes("MATCH")) return match(cursor, start);
  if (
    word === "DEFAULT" ||
    word === "IGNORE" ||
    ((word === "VALUES" || word === "VALUE") && cursor.word(1) === "(")
  ) {
    return special(cursor, start);
  }
  if (cursor.takesOne("NEXT", "PREVIOUS") !== null) {
    if (cursor.takes("VALUE", "FOR")) {
      column(cursor);
      return { kind: "special", name: "sequence", args: [], start, end: cursor.end };
    }
    cursor.at -= 1;
  }
  if (cursor.word(1) === "(" && cursor.peek()?.kind === "word") return parseCall(cursor);
  if (UNCALLED.has(word)) return parseConstantCall(cursor);
  return column(cursor);
}

function caseOf(cursor: TokenCursor, start: number): Case {
  const operand = cursor.sees("WHEN") ? null : cursor.expression();
  const branches: { readonly when: Expression; readonly result: Expression }[] = [];
  while (cursor.takes("WHEN")) {
    const when = cursor.expression();
    cursor.expect("THEN");
    branches.push({ when, result: cursor.expression() });
  }
  const otherwise = cursor.takes("ELSE") ? cursor.expression() : null;
  cursor.expect("END");
  return { kind: "case", operand, branches, otherwise, start, end: cursor.end };
}

/** `INTERVAL value unit`, or the function `INTERVAL(n, a, b)`. */
function interval(cursor: TokenCursor, start: number): Expression {
  const list = cursor.attempt(() => {
    const row = parsePrimary(cursor);
    return row.kind === "row" ? row.items : cursor.fail();
  });
  if (list !== null) {
    const parts = { distinct: false, orderBy: [], over: null } as const;
    return { kind: "call", name: "interval", args: list, ...parts, start, end: cursor.end };
  }
  const value = cursor.expression();
  const unit = expectWord(cursor);
  return { kind: "interval", value, unit, start, end: cursor.end };
}

function match(cursor: TokenCursor, start: number): Expression {
  const inside = cursor.takes("(");
  const columns = parseExpressions(cursor);
  if (inside) cursor.expect(")");
  cursor.expect("AGAINST", "(");
  const against = cursor.operand();
  if (cursor.takes("IN")) {
    if (!cursor.takes("BOOLEAN", "MODE")) cursor.expect("NATURAL", "LANGUAGE", "MODE");
  }
  if (cursor.takes("WITH")) cursor.expect("QUERY", "EXPANSION");
  cursor.expect(")");
  return { kind: "match", columns, against, start, end: cursor.end };
}

function special(cursor: TokenCursor, start: number): Expression {
  const name = cursor.next().value.startsWith("VALUE") ? "values" : "default";
  const args: Expression[] = [];
  if (cursor.takes("(")) {
    args.push(column(cursor));
    cursor.expect(")");
  }
  return { kind: "special", name, args, start, end: cursor.end };
}

/** A name with dots, a call of a function in a schema, `column->'$.path'`. */
function column(cursor: TokenCursor): Expression {
  const { start } = cursor;
  // `.table.column` is an old way to write it.
  const parts = cursor.takes(".") ? [expectNameAfterDot(cursor)] : [expectName(cursor)];
  while (cursor.takes(".")) {
    if (cursor.takes("*")) {
      parts.push("*");
      break;
    }
    parts.push(expectNameAfterDot(cursor));
  }
  if (parts.length === 2 && cursor.sees("(")) {
    cursor.at -= 1;
    return parseCall(cursor, parts.join("."), start);
  }
  const found: Column = { kind: "column", parts, start, end: cursor.end };
  const unquoted = cursor.takesJoined("->>");
  if (!unquoted && !cursor.takesJoined("->")) return found;
  const path = cursor.structural(() => parseLiteral(cursor));
  if (path === null) return cursor.fail();
  const plain = { distinct: false, orderBy: [], over: null, start, end: cursor.end } as const;
  const value: Expression = { kind: "call", name: "json_extract", args: [found, path], ...plain };
  return unquoted ? { kind: "call", name: "json_unquote", args: [value], ...plain } : value;
}

/** A column by its name, as INSERT and SET have it. */
export function parseColumn(cursor: TokenCursor): Column {
  const { start } = cursor;
  const parts = [takeName(cursor) ?? cursor.fail()];
  while (cursor.takes(".")) parts.push(cursor.takes("*") ? "*" : expectNameAfterDot(cursor));
  return { kind: "column", parts, start, end: cursor.end };
}
