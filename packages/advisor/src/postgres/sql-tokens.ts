import { scanSync } from "libpg-query";

/** One token of the server's own scanner, comments included. Offsets count UTF-16 units of the text. */
export interface SqlToken {
  readonly kind: "word" | "identifier" | "parameter" | "comment" | "literal" | "symbol";
  readonly start: number;
  readonly end: number;
  /** As written. */
  readonly text: string;
}

/** Token numbers of the scanner of libpg-query 18, as named in its protobuf definition. */
const IDENT = 258;
const UIDENT = 259;
const LITERALS: ReadonlySet<number> = new Set([260, 261, 262, 263, 264, 265, 266]);
const PARAM = 267;
const SQL_COMMENT = 275;
const C_COMMENT = 276;

/** The tokens of a text. Throws where the scanner does: an unterminated quote, a byte that is in no token. */
export function sqlTokens(sql: string): readonly SqlToken[] {
  const offset = offsetsOf(sql);
  return scanSync(sql).tokens.map((token) => {
    const start = offset(token.start);
    const end = offset(token.end);
    const kind = kindOf(token.tokenType, token.keywordKind > 0);
    return { kind, start, end, text: sql.slice(start, end) };
  });
}

/** Whether the scanner failed because its module is not loaded yet, not because of the text. */
export function isNotLoaded(error: unknown): boolean {
  return error instanceof Error && /loadModule/.test(error.message);
}

function kindOf(type: number, keyword: boolean): SqlToken["kind"] {
  if (type === IDENT || type === UIDENT) return "identifier";
  if (type === PARAM) return "parameter";
  if (type === SQL_COMMENT || type === C_COMMENT) return "comment";
  if (LITERALS.has(type)) return "literal";
  return keyword ? "word" : "symbol";
}

/** The scanner counts bytes of UTF-8; asked in ascending order, each answer goes on from the last. */
function offsetsOf(sql: string): (byte: number) => number {
  let bytes = 0;
  let units = 0;
  return (byte) => {
    while (bytes < byte && units < sql.length) {
      const point = sql.codePointAt(units) ?? 0;
      bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
      units += point < 0x10000 ? 1 : 2;
    }
    return units;
  };
}
