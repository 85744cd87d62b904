import { type SqlToken, sqlTokens } from "./sql-tokens.ts";

/** The query of `DECLARE c CURSOR FOR query`, as written; `null` where there is none. */
export function cursorQuery(sql: string): string | null {
  const tokens = significant(sql);
  const cursor = tokens.findIndex((token) => is(token, "cursor"));
  const start = tokens.findIndex((token, at) => at > cursor && is(token, "for"));
  return cursor < 0 || start < 0 ? null : between(sql, tokens, start + 1, tokens.length);
}

/** The query of `CREATE TABLE t AS query` (also of a materialized view), as written; `null` where there is none. */
export function createdAsQuery(sql: string): string | null {
  const tokens = significant(sql);
  let depth = 0;
  const start = tokens.findIndex((token) => {
    if (token.text === "(") depth += 1;
    if (token.text === ")") depth -= 1;
    return depth === 0 && is(token, "as");
  });
  let end = tokens.length;
  if (is(tokens[end - 1], "data")) {
    end -= is(tokens[end - 2], "no") ? 3 : 2;
  }
  return start < 0 ? null : between(sql, tokens, start + 1, end);
}

function significant(sql: string): readonly SqlToken[] {
  const tokens = sqlTokens(sql).filter((token) => token.kind !== "comment");
  return tokens.at(-1)?.text === ";" ? tokens.slice(0, -1) : tokens;
}

function is(token: SqlToken | undefined, word: string): boolean {
  return token?.kind === "word" && token.text.toLowerCase() === word;
}

function between(sql: string, tokens: readonly SqlToken[], from: number, to: number): string {
  return sql.slice(tokens[from]?.start ?? sql.length, tokens[to - 1]?.end);
}
