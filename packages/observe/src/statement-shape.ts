import { endOfComment } from "./end-of-comment.ts";
import { endOfQuoted } from "./end-of-quoted.ts";
import type { DatabaseSystem } from "./query-message.ts";
import { rememberTexts } from "./remember-texts.ts";
import { isSignOfNumber, isStructuralNumber } from "./structural-number.ts";

/**
 * The text of a statement without what differs from one execution to the next: constants become placeholders (`$n` on
 * PostgreSQL, as in `pg_stat_statements`; `?` on MySQL and MariaDB), comments go, white space becomes one space, and
 * lists of any length (`in (...)`, `array[...]`, the rows of `values`) become their first item and a remark. Hints stay.
 * The result is a statement that the server's own parser still reads, and holds none of the constants; columns' places in
 * ORDER BY and GROUP BY and the lengths of types in casts stay.
 *
 * Parameters `$n` keep their numbers, unless a list became shorter: then all placeholders are numbered from 1.
 *
 * One pass over the text, in microseconds: {@link shapeMemory} where texts recur.
 */
export function statementShape(sql: string, system: DatabaseSystem): string {
  const syntax = SYNTAX[system];
  const { text, numbers } = withoutConstants(sql, syntax);
  let lists = text.replace(ITEMS, `$1$2 ${AND_MORE}`);
  lists = lists.replace(ROWS, `$1$2 ${AND_MORE}`);
  if (!syntax.numbered) return lists.replaceAll(PLACEHOLDER, "?");
  let next = lists === text ? numbers.reduce((most, each) => Math.max(most, each), 0) : 0;
  let place = -1;
  return lists.replaceAll(PLACEHOLDER, () => {
    place += 1;
    const own = lists === text ? (numbers[place] ?? 0) : 0;
    if (own > 0) return `$${own}`;
    next += 1;
    return `$${next}`;
  });
}

/** A {@link statementShape} that remembers its answers: {@link rememberTexts}. */
export function shapeMemory(limit = 500): typeof statementShape {
  return rememberTexts(statementShape, limit);
}

/** What the systems' scanners disagree about. */
interface Syntax {
  /** Placeholders are `$1`, `$2`, ..., and `$tag$` quotes a constant. */
  readonly numbered: boolean;
  /** A backslash escapes in every string, not only in those that begin with `E`. */
  readonly backslashes: boolean;
  /** `"` quotes a string, not an identifier. */
  readonly doubleQuotedStrings: boolean;
  /** `#` begins a comment; `--` does only before white space. */
  readonly hashComments: boolean;
  readonly nestedComments: boolean;
}

const MYSQL: Syntax = {
  numbered: false,
  backslashes: true,
  doubleQuotedStrings: true,
  hashComments: true,
  nestedComments: false,
};

const SYNTAX: Readonly<Record<DatabaseSystem, Syntax>> = {
  postgresql: {
    numbered: true,
    backslashes: false,
    doubleQuotedStrings: false,
    hashComments: false,
    nestedComments: true,
  },
  mysql: MYSQL,
  mariadb: MYSQL,
};

/** Stands for a placeholder until its number is known. No statement holds a NUL. */
const PLACEHOLDER = "\0";
const AND_MORE = "/*, ... */";
const ITEMS = /(\bin ?\( ?|\barray ?\[ ?)(\0|\( ?\0(?: ?, ?\0)* ?\))(?: ?, ?\2)+(?= ?[)\]])/gi;
const ROWS = /(\bvalues ?)(\([^()]*(?:\([^()]*\)[^()]*)*\))(?: ?, ?\2)+/gi;

const SPACE = /\s/;
const DIGIT = /[0-9]/;
const WORD = /[a-z_\u0080-\uffff][\w$\u0080-\uffff]*/iy;
const NUMBER = /0[xob][0-9a-f_]+|(?:[0-9][0-9_]*)?\.?[0-9_]*(?:e[+-]?[0-9]+)?/iy;
const NEXT_STRING = /\s*\n\s*'/y;
const DOLLAR_QUOTE = /\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/iy;
const PARAMETER = /\$([0-9]+)/y;

/** The text with {@link PLACEHOLDER}s, and for each its number, 0 where it was a constant. */
function withoutConstants(sql: string, syntax: Syntax): { text: string; numbers: number[] } {
  const numbers: number[] = [];
  let text = "";
  // Whether the text ends in a space, or is empty. Not read from the text: that would join it anew each time.
  let spaced = true;
  let at = 0;
  const constant = (end: number, number = 0): void => {
    text += PLACEHOLDER;
    numbers.push(number);
    spaced = false;
    at = end;
  };
  const copy = (end: number): void => {
    text += sql.slice(at, end);
    spaced = false;
    at = end;
  };
  const space = (end: number): void => {
    if (!spaced) text += " ";
    spaced = true;
    at = end;
  };
  while (at < sql.length) {
    WORD.lastIndex = at;
    if (WORD.test(sql)) {
      const end = WORD.lastIndex;
      const quote = end - at === 1 ? prefixedQuote(sql, end) : undefined;
      if (quote === undefined) copy(end);
      else constant(afterQuote(sql, quote, syntax.backslashes || /e/i.test(sql.charAt(at))));
      continue;
    }
    const character = sql.charAt(at);
    const following = sql.charAt(at + 1);
    if (SPACE.test(character) || character === PLACEHOLDER) space(at + 1);
    else if (character === "'") constant(afterStrings(sql, at, syntax.backslashes));
    else if (character === '"' && syntax.doubleQuotedStrings) constant(afterQuote(sql, at, true));
    else if (character === '"' || character === "`") copy(afterQuote(sql, at, false));
    else if (
      DIGIT.test(character) ||
      (character === "." && DIGIT.test(following) && !/\w/.test(sql.charAt(at - 1)))
    ) {
      const end = afterNumber(sql, at);
      if (isStructuralNumber(sql, at, end)) copy(end);
      else constant(end);
    } else if (character === "-" && isSignOfNumber(sql, at)) constant(afterNumber(sql, at + 1));
    else if (character === "/" && following === "*") {
      const end = endOfComment(sql, at, syntax.nestedComments) ?? sql.length;
      if (/[+!]/.test(sql.charAt(at + 2))) copy(end);
      else space(end);
    } else if (beginsLineComment(sql, at, syntax)) {
      const end = sql.indexOf("\n", at);
      space(end === -1 ? sql.length : end);
    } else if (character === "?" && !syntax.numbered) constant(at + 1);
    else if (character === "$" && syntax.numbered) {
      const parameter = matchAt(PARAMETER, sql, at);
      const quote = matchAt(DOLLAR_QUOTE, sql, at)?.[0];
      if (parameter !== undefined) constant(at + parameter[0].length, Number(parameter[1]));
      else if (quote === undefined) copy(at + 1);
      else {
        const end = sql.indexOf(quote, at + quote.length);
        constant(end === -1 ? sql.length : end + quote.length);
      }
    } else copy(at + 1);
  }
  return { text: text.trimEnd().replace(/ ?;$/, ""), numbers };
}

/** Where the quote begins if the letter before `at` belongs to a constant: `b'1'`, `e''`, `n''`, `u&''`, `x''`. */
function prefixedQuote(sql: string, at: number): number | undefined {
  if (sql.charAt(at) === "'" && /[benx]/i.test(sql.charAt(at - 1))) return at;
  return sql.startsWith("&'", at) && /u/i.test(sql.charAt(at - 1)) ? at + 1 : undefined;
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

function beginsLineComment(sql: string, at: number, syntax: Syntax): boolean {
  if (syntax.hashComments && sql.charAt(at) === "#") return true;
  if (!sql.startsWith("--", at)) return false;
  return !syntax.hashComments || at + 2 === sql.length || SPACE.test(sql.charAt(at + 2));
}

/** Where the quoted text that begins at `start` has ended: at the end of the text where it is never closed. */
function afterQuote(sql: string, start: number, backslashes: boolean): number {
  return endOfQuoted(sql, start, backslashes) ?? sql.length;
}

/** Strings that stand one below the other are one constant. */
function afterStrings(sql: string, start: number, backslashes: boolean): number {
  let end = afterQuote(sql, start, backslashes);
  for (
    let next = matchAt(NEXT_STRING, sql, end);
    next !== undefined;
    next = matchAt(NEXT_STRING, sql, end)
  ) {
    end = afterQuote(sql, end + next[0].length - 1, backslashes);
  }
  return end;
}

function afterNumber(sql: string, start: number): number {
  return start + Math.max(1, matchAt(NUMBER, sql, start)?.[0].length ?? 1);
}
