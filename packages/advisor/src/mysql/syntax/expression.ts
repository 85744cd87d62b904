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

/** Terms of AND, OR or XOR, which may be very many, in a tree that is as low as can be. */
function balanced(operator: string, terms: readonly Expression[]): Expression {
  const [only, ...more] = terms;
  if (only !== undefined && more.length === 0) return only;
  const half = terms.length >> 1;
  return binary(
    operator,
    balanced(operator, terms.slice(0, half)),
    balanced(operator, terms.slice(half)),
  );
}

function either(cursor: TokenCursor): Expression {
  const terms = [exclusive(cursor)];
  while (cursor.takes("OR") || cursor.takesJoined("||")) terms.push(exclusive(cursor));
  return balanced("or", terms);
}

function exclusive(cursor: TokenCursor): Expression {
  const terms = [both(cursor)];
  while (cursor.takes("XOR")) terms.push(both(cursor));
  return balanced("xor", terms);
}

function both(cursor: TokenCursor): Expression {
  const terms = [negation(cursor)];
  while (cursor.takes("AND") || cursor.takesJoined("&&")) terms.push(negation(cursor));
  return balanced("and", terms);
}

function negation(cursor: TokenCursor): Expression {
  const { start } = cursor;
  if (!cursor.takes("NOT")) return comparison(cursor);
  const operand = negation(cursor);
  return { kind: "unary", operator: "not", operand, start, end: operand.end };
}

const COMPARISONS: ReadonlyMap<string, string> = new Map([
  ["=", "="],
  ["<=>", "<=>"],
  ["<>", "<>"],
  ["!=", "<>"],
  ["<", "<"],
  ["<=", "<="],
  [">", ">"],
  [">=", ">="],
]);

function comparison(cursor: TokenCursor): Expression {
  let left = predicate(cursor);
  for (;;) {
    if (cursor.takes("IS")) {
      left = test(cursor, left);
      continue;
    }
    const operator = COMPARISONS.get(cursor.word());
    if (operator === undefined || isShift(cursor)) return left;
    cursor.at += 1;
    left = compared(cursor, left, operator);
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

/** Words that go on with a predicate. */
const PREDICATES: ReadonlySet<string> = new Set(
  "BETWEEN IN LIKE MEMBER NOT REGEXP RLIKE SOUNDS".split(" "),
);

function predicate(cursor: TokenCursor): Expression {
  let left = parseOperand(cursor);
  while (PREDICATES.has(cursor.word())) {
    const negated = cursor.sees("NOT") && /^(?:IN|BETWEEN|R?LIKE|REGEXP)$/.test(cursor.word(1));
    if (negated) cursor.at += 1;
    const next = rest(cursor, left, negated);
    if (next === null) return left;
    left = next;
  }
  return left;
}

function rest(cursor: TokenCursor, left: Expression, negated: boolean): Expression | null {
  const { start } = left;
  if (cursor.takes("IN")) return within(cursor, left, negated);
  if (cursor.takes("BETWEEN")) {
    const low = parseOperand(cursor);
    cursor.expect("AND");
    const high = predicate(cursor);
    return { kind: "between", negated, operand: left, low, high, start, end: high.end };
  }
  if (cursor.takes("LIKE")) {
    const right = parseOperand(cursor);
    const like = { kind: "binary", operator: "like", negated, left, right, start } as const;
    if (!cursor.takes("ESCAPE")) return { ...like, end: right.end };
    const escape = cursor.structural(() => parseOperand(cursor));
    return { ...like, escape, end: escape.end };
  }
  if (cursor.takesOne("REGEXP", "RLIKE") !== null) {
    return binary("regexp", left, parseOperand(cursor), negated);
  }
  if (cursor.takes("SOUNDS", "LIKE")) return binary("sounds like", left, parseOperand(cursor));
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

/** The higher, the stronger. */
const STRENGTH: ReadonlyMap<string, number> = new Map([
  ["|", 1],
  ["&", 2],
  ["<<", 3],
  [">>", 3],
  ["+", 4],
  ["-", 4],
  ["*", 5],
  ["/", 5],
  ["DIV", 5],
  ["%", 5],
  ["MOD", 5],
  ["^", 6],
]);

/** Reads an operand of a comparison: IN, LIKE, AND and the like end it. */
export function parseOperand(cursor: TokenCursor): Expression {
  return bits(cursor, 1);
}

function bits(cursor: TokenCursor, least: number): Expression {
  let left = parsePrimary(cursor);
  for (;;) {
    const operator = operatorAt(cursor);
    const strength = STRENGTH.get(operator);
    if (strength === undefined || strength < least) return left;
    cursor.at += operator === "<<" || operator === ">>" ? 2 : 1;
    const written = operator === "MOD" ? "%" : operator.toLowerCase();
    left = binary(written, left, bits(cursor, strength + 1));
  }
}

function operatorAt(cursor: TokenCursor): string {
  const word = cursor.word();
  if (word === "<" || word === ">") return isShift(cursor) ? word + word : word;
  // `||` is OR, `&&` is AND.
  return (word === "|" || word === "&") && cursor.word(1) === word ? "" : word;
}
