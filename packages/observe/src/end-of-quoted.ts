/**
 * Where the quoted text that begins at `start`, with its quote, has ended; `undefined` where it is never closed. A doubled
 * quote stands for itself; with `escapes`, so does whatever follows a backslash.
 */
export function endOfQuoted(sql: string, start: number, escapes: boolean): number | undefined {
  const quote = sql.charAt(start);
  let at = start + 1;
  while (at < sql.length) {
    const character = sql.charAt(at);
    if (character === "\\" && escapes) at += 2;
    else if (character !== quote) at += 1;
    else if (sql.charAt(at + 1) === quote) at += 2;
    else return at + 1;
  }
  return undefined;
}
