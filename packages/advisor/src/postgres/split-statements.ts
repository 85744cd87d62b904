import type { SplitText } from "../log/open-sql-file.ts";

/** Everything in which a `;` may stand without ending a statement, and the `;` itself. */
const TOKEN = new RegExp(
  [
    String.raw`--[^\n]*`,
    String.raw`/\*`,
    String.raw`(?<![\w$\x80-\uffff])[eE]'`,
    `'`,
    `"`,
    String.raw`(?<![\w$\x80-\uffff])\$(?:[A-Za-z_\x80-\uffff][\w\x80-\uffff]*)?\$`,
    String.raw`[A-Za-z_\x80-\uffff][\w$\x80-\uffff]*`,
    String.raw`[();\\]`,
  ].join("|"),
  "g",
);

/**
 * Splits PostgreSQL's SQL at each `;` that ends a statement: not in quotes, dollar quotes, comments, parentheses or
 * the body of a function written as BEGIN ATOMIC ... END. Lines of psql commands (`\set`) are left out, and so is the
 * data of COPY FROM STDIN. Never fails: text that is not SQL is in some statement, for the parser to refuse.
 */
export function splitStatements(text: string): SplitText {
  const statements: string[] = [];
  let start = 0;
  let depth = 0;
  let words: string[] = [];
  /** Open BEGIN ATOMIC and CASE of a function's body. */
  let blocks = 0;
  const token = new RegExp(TOKEN);
  const skipTo = (end: number): void => {
    token.lastIndex = end === -1 ? text.length : end;
  };

  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [found] = match;
    const after = token.lastIndex;
    if (found === "'" || found === '"') {
      skipTo(endOf(text, found, after));
    } else if (found === "/*") {
      skipTo(blockCommentEnd(text, after));
    } else if (/^e'$/i.test(found)) {
      skipTo(escapeStringEnd(text, after));
    } else if (found.startsWith("$")) {
      skipTo(endOf(text, found, after));
    } else if (found === "(") {
      depth++;
    } else if (found === ")") {
      depth = Math.max(0, depth - 1);
    } else if (found === "\\") {
      if (words.length > 0 || depth > 0) continue;
      const lineEnd = text.indexOf("\n", after);
      if (lineEnd === -1) break;
      start = lineEnd;
      skipTo(start);
    } else if (found === ";") {
      if (depth > 0 || blocks > 0) continue;
      statements.push(text.slice(start, match.index));
      start = after;
      if (isCopyFromStdin(words)) {
        const end = /\n\\\.(?=\n|$)/.exec(text.slice(after));
        // Without its end the data may go on in the text that follows.
        if (end === null) {
          const statement = statements.pop() ?? "";
          return { statements, rest: `${statement};${text.slice(after)}` };
        }
        start = after + end.index + end[0].length;
        skipTo(start);
      }
      words = [];
    } else if (!found.startsWith("--")) {
      const word = found.toLowerCase();
      if (
        blocks > 0
          ? word === "case"
          : word === "atomic" && words.at(-1) === "begin" && words[0] === "create"
      )
        blocks++;
      else if (blocks > 0 && word === "end") blocks--;
      // The first words tell what the statement is, the last one what a word belongs to.
      if (words.length > 16) words.splice(8, 1);
      words.push(word);
    }
  }
  return { statements, rest: text.slice(start) };
}

function isCopyFromStdin(words: readonly string[]): boolean {
  return (
    words[0] === "copy" &&
    words.some((word, index) => word === "from" && words[index + 1] === "stdin")
  );
}

function endOf(text: string, delimiter: string, from: number): number {
  const at = text.indexOf(delimiter, from);
  return at === -1 ? -1 : at + delimiter.length;
}

/** A backslash takes the character after it along. */
function escapeStringEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "'") return at + 1;
  }
  return -1;
}

/** Block comments nest. */
function blockCommentEnd(text: string, from: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = from;
  let open = 1;
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    open += match[0] === "/*" ? 1 : -1;
    if (open === 0) return mark.lastIndex;
  }
  return -1;
}
