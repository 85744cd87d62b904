import type { SplitText } from "../log/open-sql-file.ts";

/** Everything in which a delimiter may stand without ending a statement, and the lines that change the delimiter. */
const TOKEN =
  /(?<delimiter>^[ \t]*delimiter[ \t]+(?<sign>\S+)[^\n]*(?:\n|$))|#[^\n]*|--(?=\s|$)[^\n]*|(?<block>\/\*)|(?<quote>['"`])/gim;

/**
 * Splits MySQL's and MariaDB's SQL as their client does: at each `;` outside quotes and comments, or at what a DELIMITER
 * line says. Never fails: text that is not SQL is in some statement, for the server to refuse.
 */
export function splitStatements(text: string): SplitText {
  const statements: string[] = [];
  let delimiter = ";";
  let start = 0;
  let at = 0;
  const take = (end: number, next: number): void => {
    const statement = text.slice(start, end);
    if (statement.trim() !== "") statements.push(statement);
    start = next;
    at = next;
  };
  const token = new RegExp(TOKEN);
  for (;;) {
    token.lastIndex = at;
    const match = token.exec(text);
    const end = text.indexOf(delimiter, at);
    if (end !== -1 && (match === null || end < match.index)) {
      take(end, end + delimiter.length);
      continue;
    }
    if (match === null) break;
    const { delimiter: line, sign, block, quote } = match.groups ?? {};
    if (line !== undefined && text.slice(start, match.index).trim() === "") {
      delimiter = sign ?? ";";
      start = match.index + line.length;
      at = start;
      continue;
    }
    // Inside a statement it is a word like any other.
    const word = line === undefined ? match[0] : (/^\s*\w+/.exec(line)?.[0] ?? "");
    const after = match.index + word.length;
    if (block !== undefined) {
      const close = text.indexOf("*/", after);
      if (close === -1) break;
      at = close + 2;
    } else if (quote !== undefined) {
      const close = closingQuote(text, after, quote);
      if (close === -1) break;
      at = close + 1;
    } else at = after;
  }
  return { statements, rest: text.slice(start) };
}

/** A doubled quote is another string right behind the first: it ends nothing either way. */
function closingQuote(text: string, from: number, quote: string): number {
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\\" && quote !== "`") at += 1;
    else if (character === quote) return at;
  }
  return -1;
}
