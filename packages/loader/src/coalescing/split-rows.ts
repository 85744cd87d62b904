/** Which call a row belongs to, from 0. */
export const CALL = "__dbadvise_call";
/** A row's place in the result of its call. */
export const PLACE = "__dbadvise_row";

/** Gives each call its rows, without the columns that told whose they are. Rows beyond the calls are left out. */
export function splitRows(
  rows: readonly Record<string, unknown>[],
  calls: number,
): Record<string, unknown>[][] {
  const results: Record<string, unknown>[][] = Array.from({ length: calls }, () => []);
  for (const { [CALL]: call, [PLACE]: _, ...row } of rows) results[Number(call)]?.push(row);
  return results;
}
