import { type TokenCursor } from "./token-cursor.ts";
import { parsePrimary } from "./primary.ts";
import { parseExpressions, parseSubquery, startsQuery } from "./lists.ts";
import type { Expression } from "./tree.ts";

/** Reads an expression, by the precedence of MySQL's grammar. */
export function parseExpression(cursor: TokenCursor): Expression {
  return either(cursor);
}

function binary(
  operator: string,
  left: Expression,
  right: Expression,
  negated = false,
): Expression {
  const { start } = left;
  return { kind: "binary", operator, negated, left, right, start, end: right.end };
}

function either(cursor: TokenCursor): Expression {
  let left = exclusive(cursor);
  while (cursor.takes("OR") || cursor.takesJoined("||"))
    left = binary("or", left, exclusive(cursor));
  return left;
}

function exclusive(cursor: TokenCursor): Expression {
  let left = both(cursor);
  while (cursor.takes("XOR")) left = binary("xor", left, both(cursor));
  return left;
}

function both(cursor: TokenCursor): Expression {
  let left = negation(cursor);
  while (cursor.takes("AND") || cursor.takesJoined("&&"))
    left = binary("and", left, negation(cursor));
  return left;
}

function negation(cursor: TokenCursor): Expression {
  const { start } = cursor;
  if (!cursor.takes("NOT")) return comparison(cursor);
  const operand = negation(cursor);
  return { kind: "unary", operator: "not", operand, start, end: operand.end };
}

const COMPARISONS: Readonly<Record<string, string>> = {
  "=": "=",
  "<=>": "<=>",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};

function comparison(cursor: TokenCursor): Expression {
  let left = predicate(cursor);
  for (;;) {
    if (cursor.takes("IS")) left = test(cursor, left);
    else if (cursor.word() in COMPARISONS && !isShift(cursor)) {
      const operator = COMPARISONS[cursor.word()] as string;
      cursor.at += 1;
      left = compared(cursor, left, operator);
    } else return left;
  }
}

/** `<<` and `>>` are two symbols each. */
function isShift(cursor: TokenCursor): boolean {
  const [first, second] = [cursor.peek(), cursor.peek(1)];
  return (
    (first?.value === "<" || first?.value === ">") &&
    first.value === second?.value &&
    first.end === second.start
  );
}

const TESTED = { NULL: "null", TRUE: "true", FALSE: "false", UNKNOWN: "unknown" } as const;

function test(cursor: TokenCursor, operand: Expression): Expression {
  const { start } = operand;
  const negated = cursor.takes("NOT");
  if (cursor.takes("JSON")) {
    cursor.takesOne("VALUE", "ARRAY", "OBJECT", "SCALAR");
    if (cursor.takesOne("WITH", "WITHOUT") !== null) cursor.expect("UNIQUE", "KEYS");
    return { kind: "is", negated, what: "json", operand, start, end: cursor.end };
  }
  const word = cursor.takesOne("NULL", "TRUE", "FALSE", "UNKNOWN") as keyof typeof TESTED | null;
  if (word === null) return cursor.fail();
  return { kind: "is", negated, what: TESTED[word], operand, start, end: cursor.end };
}

function compared(cursor: TokenCursor, operand: Expression, operator: string): Expression {
  const word = cursor.word(1) === "(" ? cursor.takesOne("ANY", "SOME", "ALL") : null;
  if (word === null) return binary(operator, operand, predicate(cursor));
  const quantifier = word === "ALL" ? "all" : "any";
  const query = parseSubquery(cursor);
  const place = { start: operand.start, end: cursor.end };
  return { kind: "quantified", operator, quantifier, negated: false, operand, query, ...place };
}

function predicate(cursor: TokenCursor): Expression {
  let left = bits(cursor, 0);
  for (;;) {
    const negated = cursor.sees("NOT") && /^(?:IN|BETWEEN|R?LIKE|REGEXP)$/.test(cursor.word(1));
    if (negated) cursor.at += 1;
    const next = rest(cursor, left, negated);
    if (next === null) return left;
    left = next;
  }
}

function rest(cursor: TokenCursor, left: Expression, negated: boolean): Expression | null {
  const { start } = left;
  if (cursor.takes("IN")) return within(cursor, left, negated);
  if (cursor.takes("BETWEEN")) {
    const low = bits(cursor, 0);
    cursor.expect("AND");
    const high = predicate(cursor);
    return { kind: "between", negated, operand: left, low, high, start, end: high.end };
  }
  if (cursor.takes("LIKE")) {
    const right = bits(cursor, 0);
    const like = { kind: "binary", operator: "like", negated, left, right, start } as const;
    if (!cursor.takes("ESCAPE")) return { ...like, end: right.end };
    const escape = cursor.structural(() => bits(cursor, 0));
    return { ...like, escape, end: escape.end };
  }
  if (cursor.takesOne("REGEXP", "RLIKE") !== null) {
    return binary("regexp", left, bits(cursor, 0), negated);
  }
  if (cursor.takes("SOUNDS", "LIKE")) return binary("sounds like", left, bits(cursor, 0));
  if (!cursor.takes("MEMBER")) return null;
  cursor.takes("OF");
  cursor.expect("(");
  const array = parseExpression(cursor);
  cursor.expect(")");
  return { ...binary("member of", left, array), end: cursor.end };
}

function within(cursor: TokenCursor, operand: Expression, negated: boolean): Expression {
  const { start } = operand;
  const query =
    startsQuery(cursor, 1) || cursor.sees("(", "(") || cursor.sees("(", "VALUES")
      ? cursor.attempt(() => parseSubquery(cursor))
      : null;
  if (query !== null) {
    const place = { start, end: cursor.end };
    const parts = { operator: "=", quantifier: "any" } as const;
    return { kind: "quantified", ...parts, negated, operand, query, ...place };
  }
  cursor.expect("(");
  const items = parseExpressions(cursor);
  cursor.expect(")");
  return { kind: "in", negated, operand, items, start, end: cursor.end };
}

/** From the weakest to the strongest. */
const BITS: readonly (readonly string[])[] = [
  ["|"],
  ["&"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "DIV", "%", "MOD"],
  ["^"],
];

/** Reads an operand of a comparison: IN, LIKE, AND and the like end it. */
export function parseOperand(cursor: TokenCursor): Expression {
  return bits(cursor, 0);
}

function bits(cursor: TokenCursor, level: number): Expression {
  const operators = BITS[level];
  if (operators === undefined) return parsePrimary(cursor);
  let left = bits(cursor, level + 1);
  for (;;) {
    const operator = operators.find((candidate) => takesOperator(cursor, candidate));
    if (operator === undefined) return left;
    const written = operator === "MOD" ? "%" : operator.toLowerCase();
    left = binary(written, left, bits(cursor, level + 1));
  }
}

function takesOperator(cursor: TokenCursor, operator: string): boolean {
  if (operator.length === 2) return cursor.takesJoined(operator);
  // `||` is OR, `&&` is AND.
  const doubled = (operator === "|" || operator === "&") && cursor.sees(operator, operator);
  return !doubled && cursor.takes(operator);
}
