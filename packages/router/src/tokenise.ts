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
  readonly dialect: "postgresql" | "mysql";
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
  const postgres = lexis.dialect === "postgresql";
  let at = 0;
  while (at < sql.length) {
    const skipped = endOf(SPACE, sql, at) ?? endOfLineComment(sql, at, postgres);
    if (skipped !== undefined) {
      at = skipped;
      continue;
    }
    const executable = !postgres && endOf(EXECUTABLE, sql, at) !== undefined;
    const comment = sql.startsWith("/*", at);
    const [kind, end] = comment
      ? (["symbol", endOfComment(sql, at, postgres)] as const)
      : tokenAt(sql, at, lexis, postgres);
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
function tokenAt(sql: string, at: number, lexis: Lexis, postgres: boolean): Found {
  const character = sql.charAt(at);
  const word = endOf(WORD, sql, at) ?? (postgres ? undefined : endOf(DIGITS_WORD, sql, at));
  if (word !== undefined) {
    const escapes = postgres && /^e'/i.test(sql.slice(at, at + 2));
    return escapes ? ["string", endOfQuoted(sql, word, true)] : ["word", word];
  }
  if (character === "'") return ["string", endOfQuoted(sql, at, lexis.backslashes !== "none")];
  if (character === '"' && !postgres) {
    return ["string", endOfQuoted(sql, at, lexis.backslashes === "both")];
  }
  if (character === (postgres ? '"' : "`")) return ["name", endOfQuoted(sql, at, false)];
  const number = endOf(NUMBER, sql, at) ?? (postgres ? endOf(PARAMETER, sql, at) : undefined);
  if (number !== undefined) return ["number", number];
  const dollars = postgres ? endOf(DOLLAR_QUOTE, sql, at) : undefined;
  if (dollars !== undefined) {
    const end = sql.indexOf(sql.slice(at, dollars), dollars);
    return ["string", end === -1 ? undefined : end + dollars - at];
  }
  const double = sql.startsWith("::", at) || sql.startsWith("@@", at);
  return ["symbol", at + (double ? 2 : 1)];
}

/** Where the comment to the end of a line ends, if one begins at `at`. */
function endOfLineComment(sql: string, at: number, postgres: boolean): number | undefined {
  const begins = postgres
    ? sql.startsWith("--", at)
    : sql.charAt(at) === "#" || /^--(?:[\0- \x7f]|$)/.test(sql.slice(at, at + 3));
  if (!begins) return undefined;
  const end = postgres ? /[\n\r]/g : /\n/g;
  end.lastIndex = at;
  return end.test(sql) ? end.lastIndex : sql.length;
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
