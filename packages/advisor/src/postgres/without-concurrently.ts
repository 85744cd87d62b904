import { sqlTokens } from "./sql-tokens.ts";

/** The text with each CONCURRENTLY left out: what is built at once can run in a transaction. The parser's module must be loaded. */
export function withoutConcurrently(sql: string): string {
  if (!/concurrently/i.test(sql)) return sql;
  let text = "";
  let done = 0;
  for (const { kind, text: word, start, end } of sqlTokens(sql)) {
    if (kind !== "word" || word.toLowerCase() !== "concurrently") continue;
    text += sql.slice(done, start);
    // An option in parentheses may have a value: another option takes its place, which changes nothing.
    if (/[(,]\s*$/.test(text)) text += "VERBOSE";
    done = end;
  }
  return text + sql.slice(done);
}
