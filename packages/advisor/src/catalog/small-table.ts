import { type Catalog, estimatedRows, type Table } from "./catalog.ts";
import { storageTables } from "./partitions.ts";

/** Rows below which a table is read whole in less time than an index is worth. */
export const SMALL_TABLE_ROWS = 1_000;
/** Heap pages (of 8 kB: 512 kB) below which reading the whole table costs next to nothing. */
export const SMALL_TABLE_PAGES = 64;

/**
 * Whether a table, with all its partitions, is too small for an index to matter either way. A few wide rows are not small.
 * A table that was never analysed is judged by its file alone.
 */
export function isSmallTable(table: Table, catalog: Catalog): boolean {
  const parts = storageTables(table, catalog);
  const rows = parts.reduce((sum, part) => sum + Math.max(0, estimatedRows(part)), 0);
  const pages = parts.reduce((sum, part) => sum + part.currentPages, 0);
  return rows < SMALL_TABLE_ROWS && pages < SMALL_TABLE_PAGES;
}
