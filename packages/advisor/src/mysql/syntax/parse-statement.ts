import { statementTokens, type Token, tokens } from "../tokens.ts";
import { parseExpression, parseOperand } from "./expression.ts";
import { parseQuery, parseWith } from "./query.ts";
import {
  createTokenCursor,
  type Grammar,
  type PlaceholderPlace,
  SyntaxFailure,
  type TokenCursor,
} from "./token-cursor.ts";
import type { Expression, Place, SyntaxTree } from "./tree.ts";
import { parseDelete, parseInsert, parseUpdate } from "./write.ts";

/** A statement that reads or writes rows, as the text says it. */
export interface ParsedStatement {
  readonly tree: SyntaxTree;
  /** Constants that a `?` could stand for, in the order of the text. */
  readonly constants: readonly Place[];
  readonly placeholders: readonly PlaceholderPlace[];
  /** Those of the statement alone, with the `;` at its end: not of `SET STATEMENT ... FOR` or CREATE TABLE before it. */
  readonly tokens: readonly Token[];
}

const GRAMMAR: Grammar = {
  expression: parseExpression,
  operand: parseOperand,
  query: parseQuery,
};

/**
 * Parses SELECT, TABLE, VALUES, INSERT, REPLACE, UPDATE or DELETE as MySQL and MariaDB take them, with their default
 * `sql_mode`. `null` for any other statement. Throws `SyntaxFailure`.
 */
export function parseStatement(sql: string): ParsedStatement | null {
  const body = queryTokens(statementTokens(sql));
  if (body === null) return null;
  const cursor = createTokenCursor(sql, body, GRAMMAR);
  const tree = parseTree(cursor);
  if (tree === null) return null;
  while (cursor.takes(";")) continue;
  if (cursor.peek() !== undefined) {
    if (cursor.word(-1) === ";")
      throw new SyntaxFailure("the text holds several statements, not one", cursor.start);
    cursor.fail();
  }
  const byStart = (one: Place, other: Place): number => one.start - other.start;
  return {
    tree,
    constants: cursor.constants.toSorted(byStart),
    placeholders: cursor.placeholders.toSorted(byStart),
    tokens: body,
  };
}

/** Parses an expression alone, as the server prints those of indexes and generated columns. Throws `SyntaxFailure`. */
export function parseExpressionText(sql: string): Expression {
  const cursor = createTokenCursor(sql, tokens(sql), GRAMMAR);
  const expression = cursor.expression();
  return cursor.peek() === undefined ? expression : cursor.fail();
}

function parseTree(cursor: TokenCursor): SyntaxTree | null {
  switch (cursor.word()) {
    case "SELECT":
    case "TABLE":
    case "VALUES":
    case "(":
      return parseQuery(cursor);
    case "INSERT":
    case "REPLACE":
      return parseInsert(cursor, null);
    case "UPDATE":
      return parseUpdate(cursor, null);
    case "DELETE":
      return parseDelete(cursor, null);
    case "WITH": {
      const { at } = cursor;
      const clause = parseWith(cursor);
      const word = cursor.word();
      if (word === "UPDATE") return parseUpdate(cursor, clause);
      if (word === "DELETE") return parseDelete(cursor, clause);
      cursor.at = at;
      cursor.constants.length = 0;
      cursor.placeholders.length = 0;
      return parseQuery(cursor);
    }
    default:
      return null;
  }
}

/** The query inside CREATE TABLE counts as the statement; `null` where there is none. */
function queryTokens(all: readonly Token[]): readonly Token[] | null {
  if (all[0]?.kind !== "word" || all[0].value !== "CREATE") return all;
  const table = all.slice(1, 5).some(({ kind, value }) => kind === "word" && value === "TABLE");
  if (!table) return null;
  let depth = 0;
  for (const [at, { kind, value }] of all.entries()) {
    if (kind === "symbol" && value === "(") {
      const next = all[at + 1];
      if (depth === 0 && next?.kind === "word" && /^(?:SELECT|WITH)$/.test(next.value)) {
        return all.slice(at);
      }
      depth += 1;
    }
    if (kind === "symbol" && value === ")") depth -= 1;
    if (depth === 0 && kind === "word" && /^(?:SELECT|VALUES)$/.test(value)) return all.slice(at);
    // `WITH SYSTEM VERSIONING` is an option of the table.
    const common = depth === 0 && kind === "word" && value === "WITH";
    if (common && all[at + 1]?.value !== "SYSTEM") return all.slice(at);
  }
  return null;
}
