/** Offset in rows from which a page is deep. */
export const DEEP_OFFSET = 1_000;

/** What a keyset page asks of the application. `values`: its new parameters, in the words of the engine's shapes. */
export function keysetReason(keys: readonly string[], values: string): string {
  const are = keys.length === 1 ? "is" : "are";
  return `it is not the same query: ${values} ${are} ${keys.join(", ")} of the last row of the page before, which the application has to keep; pages can then be turned one by one only, and rows that are inserted or deleted meanwhile no longer shift them`;
}

/** Why a condition makes a LEFT JOIN an inner one. */
export function unmatchedReason(column: string, part: string): string {
  return `a row without a match has NULL for ${column}, which ${part} never lets pass`;
}
