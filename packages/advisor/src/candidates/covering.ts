import { rowIndexOf } from "../catalog/catalog.ts";
import type { ProposedIndex, TableAccess } from "./table-access.ts";

/** Columns that an index may hold beyond its keys, so that the table need not be read. */
const MAX_COLUMNS = 4;
/** Their average width together, in bytes: beyond it the index is no longer much smaller than the table. */
const MAX_BYTES = 64;
/** Share of the table's pages that must be known to hold only visible rows: on the others the row is fetched anyway. */
const MIN_VISIBLE = 0.5;
/** Of the candidates of one use, how many get a covering twin. */
const MAX_COVERED = 2;

/**
 * Twins of the first candidates that also hold every other column the statement reads of the table, as included ones: on a
 * server without them they become keys.
 */
export function covering(
  access: TableAccess,
  bases: readonly ProposedIndex[],
): readonly ProposedIndex[] {
  const { use, reads } = access;
  if (!reads || use.columns === "*" || use.written.length > 0) return [];
  if (visibleShare(access) < MIN_VISIBLE) return [];
  const needed = use.columns;
  const { table, forms } = access;
  // A key that holds a part of the value only does not spare the row.
  const cut = new Set(
    table.columns
      .filter((column) => forms.prefixOf(column, table) !== null)
      .map(({ name }) => name),
  );
  if (needed.some((column) => cut.has(column))) return [];
  const rowKeys = (rowIndexOf(table)?.keys ?? []).map((key) => key.column);
  return bases
    .filter(({ candidate }) => candidate.method === "btree")
    .slice(0, MAX_COVERED)
    .flatMap((base): readonly ProposedIndex[] => {
      const { candidate, implied = [] } = base;
      const held = new Set([...candidate.keys.map((key) => key.column), ...implied, ...rowKeys]);
      const include = needed.filter((column) => !held.has(column));
      if (include.length === 0 || include.length > MAX_COLUMNS) return [];
      if (bytesOf(include, access) > MAX_BYTES) return [];
      return [{ ...base, candidate: { ...candidate, include } }];
    });
}

function visibleShare({ storage }: TableAccess): number {
  const pages = storage.reduce((sum, table) => sum + table.pages, 0);
  const visible = storage.reduce((sum, table) => sum + table.allVisiblePages, 0);
  return pages === 0 ? 0 : visible / pages;
}

function bytesOf(columns: readonly string[], { table, statistics }: TableAccess): number {
  return columns.reduce((sum, name) => {
    const length = table.columns.find((column) => column.name === name)?.length ?? -1;
    // A column that is not known to be narrow counts as wide.
    return sum + (length > 0 ? length : (statistics(name)?.averageWidth ?? MAX_BYTES + 1));
  }, 0);
}
