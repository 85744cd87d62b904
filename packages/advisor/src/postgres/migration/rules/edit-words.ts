import { sqlTokens } from "../../sql-tokens.ts";

/**
 * A text with the first stretch of these words, whatever their case, replaced by others: not where they stand in comments,
 * strings or quoted names. As it is where they do not occur.
 */
export function replaceWords(sql: string, words: readonly string[], by: string): string {
  const tokens = sqlTokens(sql);
  const at = tokens.findIndex((_, first) =>
    words.every((word, offset) => {
      const token = tokens[first + offset];
      return token?.kind === "word" && token.text.toLowerCase() === word;
    }),
  );
  const first = tokens[at];
  const last = tokens[at + words.length - 1];
  if (first === undefined || last === undefined) return sql;
  return `${sql.slice(0, first.start)}${by}${sql.slice(last.end)}`;
}
