import { repairPlaceholders } from "./placeholders.ts";
import { type SqlToken, sqlTokens } from "./sql-tokens.ts";

/** The text without comments and without the `;` at its end. */
export function withoutComments(sql: string): string {
  return rewriteTokens(sql, (token) => (token.kind === "comment" ? " " : null))
    .trim()
    .replace(/\s*;$/, "");
}

/** The text with `?` for every constant; cut at the first quote where the scanner can't read it. */
export function withoutConstants(sql: string): string {
  try {
    return rewriteTokens(sql, (token) =>
      token.kind === "literal" ? "?" : token.kind === "comment" ? " " : null,
    ).trim();
  } catch {
    return (sql.split(/['"$\d]/, 1)[0] ?? "").trimEnd();
  }
}

/** Writes parameters into the text; holds nothing but the text, however long it is kept. */
export function sampler(sql: string): (parameters?: readonly (string | null)[]) => string | null {
  return (parameters = []) => {
    if (!sql.includes("$")) return sql;
    const text = repairPlaceholders(sql);
    let complete = true;
    const written = rewriteTokens(text, (token) => {
      if (token.kind !== "parameter") return null;
      const value = parameters[Number(token.text.slice(1)) - 1];
      complete &&= value !== undefined;
      return value === null || value === undefined ? "NULL" : `'${value.replaceAll("'", "''")}'`;
    });
    return complete ? written : null;
  };
}

function rewriteTokens(sql: string, rewrite: (token: SqlToken) => string | null): string {
  let text = "";
  let done = 0;
  for (const token of sqlTokens(sql)) {
    const replacement = rewrite(token);
    if (replacement === null) continue;
    text += sql.slice(done, token.start) + replacement;
    done = token.end;
  }
  return text + sql.slice(done);
}
