import type { TableName } from "../../../catalog/catalog.ts";
import { type Token, tokens } from "../../tokens.ts";

/** Reads a statement from left to right. */
export interface TokenReader {
  /** Whether these words or signs come next; nothing is read. */
  sees(...values: readonly string[]): boolean;
  /** The same, and reads them. */
  takes(...values: readonly string[]): boolean;
  /** The first of these that comes next, read; else `null`. */
  takesOne(...values: readonly string[]): string | null;
  /** A name, plain or quoted; `null` where none comes next. */
  name(): string | null;
  /** `name` or `schema.name`. */
  table(schema: string): TableName;
  /** What stands in the parentheses that come next, as written; `null` where none do. */
  parentheses(): string | null;
  /** The text up to the next comma outside parentheses, or the end. */
  restOfClause(): string;
  /** Reads up to the next comma outside parentheses, and past it; false at the end. */
  nextClause(): boolean;
  /** One token, whatever it is. */
  any(): Token | null;
  readonly done: boolean;
}

export function readTokens(sql: string): TokenReader {
  const all = tokens(sql);
  let at = 0;
  const matches = (offset: number, value: string): boolean => {
    const token = all[at + offset];
    return token !== undefined && isPlain(token) && token.value === value;
  };
  const sees = (...values: readonly string[]): boolean =>
    values.every((value, offset) => matches(offset, value));
  const takes = (...values: readonly string[]): boolean => {
    if (!sees(...values)) return false;
    at += values.length;
    return true;
  };
  const name = (): string | null => {
    const token = all[at];
    if (token === undefined || (token.kind !== "name" && token.kind !== "word")) return null;
    at += 1;
    return token.kind === "name" ? token.value : token.text;
  };
  /** Position of the parenthesis that closes the one at `open`, or the end. */
  const closing = (open: number): number => {
    let depth = 0;
    for (let place = open; place < all.length; place += 1) {
      const { kind, value } = all[place] as Token;
      if (kind !== "symbol") continue;
      if (value === "(") depth += 1;
      if (value === ")" && --depth === 0) return place;
    }
    return all.length;
  };
  const clauseEnd = (): number => {
    let place = at;
    while (place < all.length) {
      const { kind, value } = all[place] as Token;
      if (kind === "symbol" && value === ",") break;
      place = kind === "symbol" && value === "(" ? closing(place) + 1 : place + 1;
    }
    return place;
  };
  return {
    sees,
    takes,
    takesOne: (...values) => values.find((value) => takes(value)) ?? null,
    name,
    table(schema) {
      const first = name() ?? "";
      return takes(".") ? { schema: first, name: name() ?? "" } : { schema, name: first };
    },
    parentheses() {
      if (!sees("(")) return null;
      const end = closing(at);
      const text = sql.slice((all[at] as Token).end, all[end]?.start ?? sql.length);
      at = end + 1;
      return text.trim();
    },
    restOfClause() {
      const from = all[at]?.start ?? sql.length;
      at = clauseEnd();
      return sql.slice(from, all[at]?.start ?? sql.length).trim();
    },
    nextClause() {
      at = clauseEnd() + 1;
      return at < all.length;
    },
    any() {
      const token = all[at] ?? null;
      at += 1;
      return token;
    },
    get done() {
      return at >= all.length;
    },
  };
}

function isPlain(token: Token): boolean {
  return token.kind === "word" || token.kind === "symbol" || token.kind === "number";
}
