import {
  columnKey,
  newIndex,
  type ProposedIndex,
  storedPages,
  type TableAccess,
} from "./table-access.ts";

/** How far the order on disk must follow the column's: below it most page ranges hold values of all sizes. */
export const MIN_CORRELATION = 0.95;
/** Pages (128 MB) below which a btree is small enough. */
const MIN_PAGES = 16_384;
/** Comparisons with values on either side. */
export const RANGES: ReadonlySet<string> = new Set(["<", "<=", ">", ">=", "between"]);

/** Block range indexes on columns that grow with the table: thousands of times smaller than a btree, for ranges only. */
export function brin(access: TableAccess): readonly ProposedIndex[] {
  if (!access.forms.blockRange || storedPages(access) < MIN_PAGES) return [];
  const columns = access.use.predicates.flatMap(({ role, column, operator }) =>
    role === "range" && column !== null && RANGES.has(operator) ? [column] : [],
  );
  return [...new Set(columns)]
    .filter((column) => Math.abs(access.statistics(column)?.correlation ?? 0) >= MIN_CORRELATION)
    .map((column) => ({
      candidate: newIndex(access, { method: "brin", keys: [columnKey(column, access)] }),
      reorderable: 1,
    }));
}
