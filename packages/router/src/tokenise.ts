import { endOfComment, endOfQuoted } from "@dbadvise/observe/sql";

/** A piece of SQL that is neither space nor comment. */
export interface Token {
  /**
   * `word`: a keyword or an unquoted name, in lower case. `name`: a quoted name, without its quotes. `symbol`: one character of
   * punctuation, or `::`, `@@`, and for a whole executable comment its opening. `unclosed`: a quote or comment that never ends.
   */
  readonly kind: "word" | "name" | "string" | "number" | "symbol" | "unclosed";
  readonly text: string;
}

/** What the systems' scanners disagree about, or one system's under different settings. */
export interface Lexis {
  /** Comments of `/*` hold others. */
  readonly nestedComments: boolean;
  /** `/*!` and what follows is run. */
  readonly executableComments: boolean;
  /** Begins a comment that ends with its line, and ends it. Sticky the one, global the other. */
  readonly lineComment: RegExp;
  readonly lineEnd: RegExp;
  /** Names may begin with digits. */
  readonly digitNames: boolean;
  /** What quotes a name; where that is the backquote, `"` quotes a string. */
  readonly nameQuote: '"' | "`";
  /** `E''`, `$1` and `$tag$text$tag$` are strings and parameters. */
  readonly dollarsAndEscapes: boolean;
  /** Which strings a backslash escapes in: none, those in `'`, or those in `"` too. PostgreSQL's `E''` always are. */
  readonly backslashes: "none" | "single" | "both";
}

const SPACE = /[ \t\n\r\f\v]+/y;
const WORD = /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy;
/** MySQL lets names begin with digits, where they are no number like `1e+5`. */
const DIGITS_WORD = /(?![0-9]+e[+-][0-9])[0-9]+[a-z_$\u0080-\uffff][\w$\u0080-\uffff]*/iy;
const NUMBER = /(?:[0-9][0-9_]*\.?[0-9_]*|\.[0-9]+)(?:e[+-]?[0-9]+)?/iy;
const PARAMETER = /\$[0-9]+/y;
const DOLLAR_QUOTE = /\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/iy;
const EXECUTABLE = /\/\*M?!/y;

/** The tokens of a text, as far as they are asked for. */
export function* tokenise(sql: string, lexis: Lexis): Generator<Token, void, undefined> {
  let at = 0;
  while (at < sql.length) {
    const skipped = endOf(SPACE, sql, at) ?? endOfLineComment(sql, at, lexis);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const executable = lexis.executableComments && endOf(EXECUTABLE, sql, at) !== undefined;
    const comment = sql.startsWith("/*", at);
    const [kind, end] = comment
      ? (["symbol", endOfComment(sql, at, lexis.nestedComments)] as const)
      : tokenAt(sql, at, lexis);
    if (end === undefined) {
      yield { kind: "unclosed", text: "" };
      return;
    }
    if (executable) yield { kind, text: "/*!" };
    else if (!comment) yield { kind, text: textOf(kind, sql.slice(at, end)) };
    at = end;
  }
}

type Found = readonly [kind: Token["kind"], end: number | undefined];

/** The token that begins at `at`, which is no space and no comment. */
function tokenAt(sql: string, at: number, lexis: Lexis): Found {
  const { digitNames, dollarsAndEscapes, nameQuote } = lexis;
  const character = sql.charAt(at);
  const word = endOf(WORD, sql, at) ?? (digitNames ? endOf(DIGITS_WORD, sql, at) : undefined);
  if (word !== undefined) {
    const escapes = dollarsAndEscapes && /^e'/i.test(sql.slice(at, at + 2));
    return escapes ? ["string", endOfQuoted(sql, word, true)] : ["word", word];
  }
  if (character === "'") return ["string", endOfQuoted(sql, at, lexis.backslashes !== "none")];
  if (character === nameQuote) return ["name", endOfQuoted(sql, at, false)];
  if (character === '"') return ["string", endOfQuoted(sql, at, lexis.backslashes === "both")];
  const number =
    endOf(NUMBER, sql, at) ?? (dollarsAndEscapes ? endOf(PARAMETER, sql, at) : undefined);
  if (number !== undefined) return ["number", number];
  const dollars = dollarsAndEscapes ? endOf(DOLLAR_QUOTE, sql, at) : undefined;
  if (dollars !== undefined) {
    const end = sql.indexOf(sql.slice(at, dollars), dollars);
    return ["string", end === -1 ? undefined : end + dollars - at];
  }
  const double = sql.startsWith("::", at) || sql.startsWith("@@", at);
  return ["symbol", at + (double ? 2 : 1)];
}

/** Where the comment to the end of a line ends, if one begins at `at`. */
function endOfLineComment(sql: string, at: number, lexis: Lexis): number | undefined {
  if (endOf(lexis.lineComment, sql, at) === undefined) return undefined;
  lexis.lineEnd.lastIndex = at;
  return lexis.lineEnd.test(sql) ? lexis.lineEnd.lastIndex : sql.length;
}

function textOf(kind: Token["kind"], text: string): string {
  if (kind === "word") return lowered(text);
  const quote = text.charAt(0);
  return kind === "name" ? text.slice(1, -1).replaceAll(quote + quote, quote) : text;
}

function endOf(pattern: RegExp, sql: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(sql) ? pattern.lastIndex : undefined;
}

/** As the servers do it: other letters than ASCII's are left alone, or `K` (Kelvin) would make another name. */
function lowered(word: string): string {
  return /[^\0-\x7f]/.test(word) ? word : word.toLowerCase();
}
