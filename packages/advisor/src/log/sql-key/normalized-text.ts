import type { Lexis } from "./lexis.ts";
import { createSqlKey } from "./sql-key.ts";

/**
 * A statement without its data, on one line: `?` for each constant, no comments, one space between words, words and plain
 * names in lower case, `in (?, ...)` for a list of any length. Texts have the same key exactly if they have the same
 * normalized text. Nothing of a constant is left, not even of one that is cut off.
 */
export function normalizedText(lexis: Lexis, sql: string): string {
  const key = createSqlKey(lexis);
  const bytes = Buffer.from(sql);
  key.of(bytes, 0, bytes.length);
  return key.text();
}
