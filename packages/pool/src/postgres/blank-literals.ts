import { endOfComment, endOfQuoted } from "@dbadvise/observe/sql";

const OPENING = /--|\/\*|['"]|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/g;

/**
 * A SQL text in lower case with a space for each comment and `''` for each string, so that what is left are keywords,
 * names and operators. Quoted names keep their quotes, and their letters where they are plain. `undefined` where a quote
 * isn't closed, or would close elsewhere with `standard_conforming_strings = off`: nothing is sure then.
 */
export function blankLiterals(sql: string): string | undefined {
  let blanked = "";
  let at = 0;
  for (;;) {
    OPENING.lastIndex = at;
    const match = OPENING.exec(sql);
    if (match === null) return (blanked + sql.slice(at)).toLowerCase();
    const [opening] = match;
    const start = match.index;
    const end = endOf(sql, opening, start);
    if (end === undefined) return undefined;
    blanked += sql.slice(at, start);
    if (opening === '"') blanked += `"${sql.slice(start + 1, end - 1).replaceAll(/\W/g, "_")}"`;
    else if (opening === "'") blanked += "''";
    else if (opening.startsWith("$")) blanked += end === start + 1 ? "$" : "''";
    else blanked += " ";
    at = end;
  }
}

/** Where the token that opens at `start` ends. */
function endOf(sql: string, opening: string, start: number): number | undefined {
  if (opening === "--") return sql.indexOf("\n", start) + 1 || sql.length;
  if (opening === "/*") return endOfComment(sql, start, true);
  if (opening === '"') return endOfQuoted(sql, start, false);
  if (opening === "'") {
    const escapes = /(?:^|[^\w$\u0080-\uffff])e$/i.test(sql.slice(Math.max(0, start - 2), start));
    const end = endOfQuoted(sql, start, escapes);
    if (end !== undefined && !escapes && sql.slice(start, end).includes("\\'")) return undefined;
    return end;
  }
  // A name may hold `$`: no quote begins inside of one.
  if (/[\w$\u0080-\uffff]/.test(sql.charAt(start - 1))) return start + 1;
  const closing = sql.indexOf(opening, start + opening.length);
  return closing === -1 ? undefined : closing + opening.length;
}
