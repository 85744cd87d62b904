import { endOfQuoted } from "@dbadvise/observe/sql";

/**
 * SQL without what is no code: literals become `''`, quoted names `` `` ``, comments a blank. What stands in an executable
 * comment (which opens with `/*!` or MariaDB's `/*M!`) is code for some server, so it stays.
 */
export function maskSql(sql: string, backslashEscapes: boolean): string {
  let code = "";
  let from = 0;
  let at = 0;
  const skip = (to: number, instead: string): void => {
    code += sql.slice(from, at) + instead;
    from = at = to;
  };
  while (at < sql.length) {
    const char = sql[at];
    if (char === "'" || char === '"' || char === "`") {
      const end = endOfQuoted(sql, at, backslashEscapes && char !== "`");
      skip(end ?? sql.length, char + char);
    } else if (char === "#" || (char === "-" && /^--(?:\s|$)/.test(sql.slice(at, at + 3)))) {
      skip(orEnd(sql, sql.indexOf("\n", at)), " ");
    } else if (char === "/" && sql[at + 1] === "*") {
      const executable = /^\/\*M?!\d*/.exec(sql.slice(at, at + 12));
      if (executable === null) skip(orEnd(sql, sql.indexOf("*/", at + 2), 2), " ");
      else skip(at + executable[0].length, " ");
    } else if (char === "*" && sql[at + 1] === "/") {
      skip(at + 2, " ");
    } else {
      at += 1;
    }
  }
  return code + sql.slice(from);
}

function orEnd(sql: string, at: number, plus = 0): number {
  return at === -1 ? sql.length : at + plus;
}
