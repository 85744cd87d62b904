/**
 * Where the comment that begins at `start`, with its two signs, has ended; `undefined` where it is never closed. PostgreSQL's
 * nest (manual, 4.1.5).
 */
export function endOfComment(sql: string, start: number, nested: boolean): number | undefined {
  const border = /\/\*|\*\//g;
  border.lastIndex = start + 2;
  let depth = 1;
  for (let found = border.exec(sql); found !== null; found = border.exec(sql)) {
    if (found[0] === "*/") depth -= 1;
    else if (nested) depth += 1;
    if (depth === 0) return border.lastIndex;
  }
  return undefined;
}
