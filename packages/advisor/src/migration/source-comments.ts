/** What has to be known of a language to tell its comments from its strings. */
export interface CommentSyntax {
  /** What begins a comment up to the line's end, as a regular expression: `--`, `//`. */
  readonly lineComment: string;
  /** Whether a block comment may stand in another one. */
  readonly nestedComments: boolean;
  /** Quotes of strings and names. */
  readonly quotes: readonly string[];
  /** Where a backslash keeps a quote from ending its string: in all strings, in those behind an `E`, or nowhere. */
  readonly backslash: "always" | "after-e" | "never";
  /** `$tag$ ... $tag$`. */
  readonly dollarQuotes: boolean;
  /** Whether there are templates with code in them, and regular expressions. */
  readonly script: boolean;
}

/** JavaScript and TypeScript. */
export const SCRIPT_SYNTAX: CommentSyntax = {
  lineComment: "//",
  nestedComments: false,
  quotes: ["'", '"'],
  backslash: "always",
  dollarQuotes: false,
  script: true,
};

export interface SourceComment {
  /** Without its marks. */
  readonly text: string;
  /** Place of its first mark; lines and columns count from 1, columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
}

/** Words behind which a `/` begins a regular expression, not a division. */
const BEFORE_PATTERN =
  /^(?:await|case|delete|do|else|in|instanceof|new|of|return|throw|typeof|void|yield|[^\w$)\]])$/;

/** The comments of a source text, in order; never those that only look so because they stand in a string. */
export function readComments(source: string, syntax: CommentSyntax): readonly SourceComment[] {
  const comments: SourceComment[] = [];
  const lineOf = lineCounter(source);
  const token = tokenOf(syntax);
  /** Braces open in the code of each open template. */
  const templates: number[] = [];
  let braces = 0;
  let previous = "(";
  for (let match = token.exec(source); match !== null; match = token.exec(source)) {
    const [found] = match;
    const start = match.index;
    let end = token.lastIndex;
    if (match.groups?.["line"] !== undefined || found === "/*") {
      const block = found === "/*";
      end = block ? blockEnd(source, end, syntax.nestedComments) : lineEnd(source, end);
      const text = source.slice(token.lastIndex, end);
      const { line, column } = lineOf(start);
      comments.push({
        text: block ? text.replace(/\*\/$/, "") : text,
        line,
        column,
        endLine: block ? lineOf(Math.max(start, end - 1)).line : line,
      });
    } else if (match.groups?.["dollar"] !== undefined) {
      end = after(source, found, end);
    } else if (syntax.quotes.includes(found)) {
      end = quoteEnd(source, found, end, syntax, escapes(source, start, syntax));
    } else if (syntax.script && (found === "`" || (found === "}" && templates.at(-1) === braces))) {
      if (found === "}") templates.pop();
      end = templateEnd(source, end);
      if (source.startsWith("${", end - 2)) templates.push(braces);
      previous = source.startsWith("${", end - 2) ? "(" : ")";
      token.lastIndex = end;
      continue;
    } else if (syntax.script && found === "/" && BEFORE_PATTERN.test(previous)) {
      end = patternEnd(source, end) ?? end;
    } else if (found === "{") braces++;
    else if (found === "}") braces--;
    token.lastIndex = end;
    // What follows a comment follows what was before it.
    if (match.groups?.["line"] === undefined && found !== "/*")
      previous = end > start + found.length ? ")" : found;
  }
  return comments;
}

function tokenOf({ lineComment, quotes, dollarQuotes, script }: CommentSyntax): RegExp {
  const parts = [
    `(?<line>${lineComment})`,
    String.raw`/\*`,
    ...(dollarQuotes
      ? [String.raw`(?<dollar>(?<![\w$\x80-\uffff])\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$)`]
      : []),
    ...(script ? [String.raw`[\w$\x80-\uffff]+`, String.raw`\S`] : quotes),
  ];
  return new RegExp(parts.join("|"), "g");
}

/** Lines of ascending offsets, each counted from the one before. */
function lineCounter(source: string): (offset: number) => { line: number; column: number } {
  let line = 1;
  let lineStart = 0;
  return (offset) => {
    for (let next = source.indexOf("\n", lineStart); next !== -1 && next < offset;) {
      line++;
      lineStart = next + 1;
      next = source.indexOf("\n", lineStart);
    }
    return { line, column: offset - lineStart + 1 };
  };
}

function lineEnd(source: string, from: number): number {
  const end = source.indexOf("\n", from);
  return end === -1 ? source.length : end;
}

/** Behind the next `mark`, or the end of the text. */
function after(source: string, mark: string, from: number): number {
  const end = source.indexOf(mark, from);
  return end === -1 ? source.length : end + mark.length;
}

function blockEnd(source: string, from: number, nested: boolean): number {
  if (!nested) return after(source, "*/", from);
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let depth = 1;
  for (let match = mark.exec(source); match !== null; match = mark.exec(source)) {
    depth += match[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return source.length;
}

function escapes(source: string, quote: number, { backslash }: CommentSyntax): boolean {
  if (backslash !== "after-e") return backslash === "always";
  return (
    source[quote] === "'" &&
    /(?<![\w$\x80-\uffff])e$/i.test(source.slice(quote - 2 < 0 ? 0 : quote - 2, quote))
  );
}

function quoteEnd(
  source: string,
  quote: string,
  from: number,
  { script }: CommentSyntax,
  backslash: boolean,
): number {
  for (let at = from; at < source.length; at++) {
    const character = source[at];
    if (character === "\\" && backslash) at++;
    // No string of a script holds a line's end: what looked like one was none.
    else if (script && character === "\n") return at;
    else if (character === quote && !script && source[at + 1] === quote) at++;
    else if (character === quote) return at + 1;
  }
  return source.length;
}

/** Behind the template's end, or behind the `${` of the code in it. */
function templateEnd(source: string, from: number): number {
  for (let at = from; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "`") return at + 1;
    else if (source.startsWith("${", at)) return at + 2;
  }
  return source.length;
}

/** Behind a regular expression that ends on its line; `null` where there is none. */
function patternEnd(source: string, from: number): number | null {
  let inClass = false;
  for (let at = from; at < source.length && source[at] !== "\n"; at++) {
    const character = source[at];
    if (character === "\\") at++;
    else if (character === "[") inClass = true;
    else if (character === "]") inClass = false;
    else if (character === "/" && !inClass) return at + 1;
  }
  return null;
}
