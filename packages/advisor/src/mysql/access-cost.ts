import { estimatedRows, type Index, rowIndexOf, type Table } from "../catalog/catalog.ts";
import { type CostConstants, INNODB_PAGE } from "./cost-constants.ts";

/** A table as far as reading it costs. */
export interface ReadTable {
  readonly rows: number;
  /** Bytes of the clustered index, which holds the rows. */
  readonly bytes: number;
  /** Share of it in memory; absent where that is not known. */
  readonly cached?: number;
}

/** An index as far as reading it costs; `null` where the table is read without one. */
export interface ReadIndex {
  /** Whether it holds the rows themselves: the primary key. */
  readonly clustered: boolean;
  readonly bytes: number;
  readonly cached?: number;
}

export interface Access {
  readonly type: string;
  /** For each time that the table is read. */
  readonly rows: number;
  readonly covering: boolean;
  /** How many ranges, or values of an IN list. */
  readonly ranges?: number;
  /** Whether all that is looked up is known when the plan is made. Default false. */
  readonly constant?: boolean;
}

/** Servers count nothing for the first two, as they read the row before they plan; it is read all the same. */
const LOOKUPS = new Set(["const", "system", "eq_ref", "unique_subquery"]);
const SEARCHES = new Set(["ref", "ref_or_null", "index_subquery", "fulltext"]);

/** What reading a table once costs, the look at each row not counted. */
export function readCost(
  access: Access,
  table: ReadTable,
  index: ReadIndex | null,
  constants: CostConstants,
): number {
  const { type, rows, covering } = access;
  const page = constants.page(table.bytes, table.cached);
  if (LOOKUPS.has(type)) return page;
  if (type === "ALL" || index === null) return pages(table.bytes) * page;
  const ranges = access.ranges ?? 1;
  const share = Math.min(1, rows / Math.max(1, table.rows));
  const isLookup = SEARCHES.has(type);
  const starts = isLookup ? constants.lookupPages : ranges * constants.rangePages;
  let read = (rows + (type === "index" ? 0 : starts)) * page;
  if (index.clustered) read = (rows <= 2 ? rows : ranges + share * pages(table.bytes)) * page;
  else if (covering)
    read = (ranges + share * pages(index.bytes)) * constants.page(index.bytes, index.cached);
  if (type === "index") return read;
  if (isLookup) {
    const isBounded = access.constant !== true || constants.boundsConstants;
    return isBounded ? Math.min(read, worstCost(table, index, covering, constants)) : read;
  }
  // The rows of a range are looked at where it is found, by the servers' count, and once more in the join.
  return read + ranges * constants.rangeStart + rows * constants.row;
}

/** Servers bound what a look-up in a secondary index may cost: all pages would soon be in memory. */
function worstCost(
  table: ReadTable,
  index: ReadIndex,
  covering: boolean,
  constants: CostConstants,
): number {
  if (index.clustered || covering) return Infinity;
  const seeks = Math.max(2, Math.min(table.rows / 10, pages(table.bytes) * 3));
  return seeks * constants.page(table.bytes, table.cached);
}

/** Sorting rows, by the comparisons that it takes. */
export function sortCost(rows: number, constants: CostConstants): number {
  return rows < 2 ? 0 : rows * Math.log2(rows) * constants.compare;
}

export function pages(bytes: number): number {
  return Math.max(1, bytes / INNODB_PAGE);
}

/** A table as the catalog has it. */
export function readTable(table: Table): ReadTable {
  const rowIndex = rowIndexOf(table);
  return {
    rows: Math.max(1, estimatedRows(table)),
    bytes: table.currentPages * CATALOG_PAGE,
    ...(rowIndex !== null && cachedShare(rowIndex)),
  };
}

/** An index as the catalog has it. */
export function readIndex(index: Index): ReadIndex {
  const { primary, pages: size } = index;
  return { clustered: primary, bytes: size * CATALOG_PAGE, ...cachedShare(index) };
}

/** Bytes of a page as catalogs count them. */
const CATALOG_PAGE = 8192;

/** Pages of 8 kB that an index has beside those in use: one extent of 64 pages, and an eighth of the rest. */
const SPARE_PAGES = 128;
const IN_USE = 7 / 8;

/** As the server counts it: of the pages in use. Small indexes are as good as cached. */
function cachedShare({ cachedPages, pages: size }: Index): { readonly cached?: number } {
  const used = (size - SPARE_PAGES) * IN_USE;
  return cachedPages === undefined || used <= 0 ? {} : { cached: Math.min(1, cachedPages / used) };
}
