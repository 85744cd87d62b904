import type { Token } from "../tokens.ts";
import type { Expression, Place, Query } from "./tree.ts";

/** What the parser could not read, and where. */
export class SyntaxFailure extends Error {
  readonly position: number;

  constructor(message: string, position: number) {
    super(message);
    this.name = "SyntaxFailure";
    this.position = position;
  }
}

/** The rules that all others refer to. */
export interface Grammar {
  expression(cursor: TokenCursor): Expression;
  /** An operand of a comparison: IN, LIKE, AND and the like end it. */
  operand(cursor: TokenCursor): Expression;
  /** A query without parentheses around it. */
  query(cursor: TokenCursor): Query;
}

export interface PlaceholderPlace extends Place {
  /** Whether only a number can stand there, without quotes. */
  readonly count: boolean;
}

/** A place in a statement's tokens that moves on as they are read. */
export interface TokenCursor {
  readonly sql: string;
  /** Constants that a `?` could stand for, as they are read. */
  readonly constants: Place[];
  readonly placeholders: PlaceholderPlace[];
  /** Index of the token that comes next. Set it to go back. */
  at: number;
  peek(offset?: number): Token | undefined;
  /** The word or symbol that comes next, upper case; empty for a quoted name, a string, a number or the end. */
  word(offset?: number): string;
  /** Whether these words or symbols come next; nothing is read. */
  sees(...words: readonly string[]): boolean;
  /** The same, and reads them. */
  takes(...words: readonly string[]): boolean;
  /** The first of these that comes next, read; else `null`. */
  takesOne(...words: readonly string[]): string | null;
  /** Symbols without a space between them: `->`. */
  takesJoined(symbols: string): boolean;
  /** Reads these; throws `SyntaxFailure` where something else comes next. */
  expect(...words: readonly string[]): void;
  /** The same for any one of these, which it gives. */
  expectOne(...words: readonly string[]): string;
  next(): Token;
  /** What `read` gives; where it fails, `null`, and nothing is read. */
  attempt<T>(read: () => T): T | null;
  /** What `read` gives; constants in there stay as they are in every text of the statement's shape. */
  structural<T>(read: () => T): T;
  /** Characters before the token that comes next. */
  readonly start: number;
  /** Characters before the end of the token that was read last. */
  readonly end: number;
  fail(): never;
  /** Reads by the grammar's rule of that name. */
  expression(): Expression;
  operand(): Expression;
  query(): Query;
}

/** Parentheses in parentheses that could each begin several things would be tried for ever. */
const MOST_FAILURES = 1000;

export function createTokenCursor(
  sql: string,
  tokens: readonly Token[],
  grammar: Grammar,
): TokenCursor {
  const word = (offset = 0): string => {
    const token = tokens[cursor.at + offset];
    return token !== undefined && (token.kind === "word" || token.kind === "symbol")
      ? token.value
      : "";
  };
  const sees = (...words: readonly string[]): boolean =>
    words.every((expected, offset) => word(offset) === expected);
  const takes = (...words: readonly string[]): boolean => {
    if (!sees(...words)) return false;
    cursor.at += words.length;
    return true;
  };
  const fail = (): never => {
    const token = tokens[cursor.at];
    if (token === undefined) throw new SyntaxFailure("the text ends too early", sql.length);
    // Constants are data, and long words may be.
    const plain = (token.kind === "word" && token.text.length <= 30) || token.kind === "symbol";
    const shown = plain ? ` at or near "${token.text}"` : "";
    throw new SyntaxFailure(`syntax error${shown}`, token.start);
  };
  let failures = 0;
  const cursor: TokenCursor = {
    sql,
    constants: [],
    placeholders: [],
    at: 0,
    peek: (offset = 0) => tokens[cursor.at + offset],
    word,
    sees,
    takes,
    takesOne: (...words) => words.find((expected) => takes(expected)) ?? null,
    takesJoined(symbols) {
      for (let offset = 0; offset < symbols.length; offset += 1) {
        if (word(offset) !== symbols[offset]) return false;
        const [before, after] = [tokens[cursor.at + offset - 1], tokens[cursor.at + offset]];
        if (offset > 0 && before?.end !== after?.start) return false;
      }
      cursor.at += symbols.length;
      return true;
    },
    expect(...words) {
      if (!takes(...words)) fail();
    },
    expectOne: (...words) => cursor.takesOne(...words) ?? fail(),
    next() {
      const token = tokens[cursor.at];
      if (token === undefined) return fail();
      cursor.at += 1;
      return token;
    },
    attempt(read) {
      const { at, constants, placeholders } = cursor;
      const counts = [constants.length, placeholders.length] as const;
      try {
        return read();
      } catch (error) {
        if (!(error instanceof SyntaxFailure)) throw error;
        failures += 1;
        if (failures > MOST_FAILURES) throw error;
        cursor.at = at;
        [constants.length, placeholders.length] = counts;
        return null;
      }
    },
    structural(read) {
      const count = cursor.constants.length;
      const result = read();
      cursor.constants.length = count;
      return result;
    },
    get start() {
      return tokens[cursor.at]?.start ?? sql.length;
    },
    get end() {
      return tokens[cursor.at - 1]?.end ?? 0;
    },
    fail,
    expression: () => grammar.expression(cursor),
    operand: () => grammar.operand(cursor),
    query: () => grammar.query(cursor),
  };
  return cursor;
}
