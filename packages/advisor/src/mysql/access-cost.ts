import { type CostConstants, INNODB_PAGE } from "./cost-constants.ts";

/** A table as far as reading it costs. */
export interface ReadTable {
  readonly rows: number;
  /** Bytes of the clustered index, which holds the rows. */
  readonly bytes: number;
}

/** An index as far as reading it costs; `null` where the table is read without one. */
export interface ReadIndex {
  /** Whether it holds the rows themselves: the primary key. */
  readonly clustered: boolean;
  readonly bytes: number;
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
  const page = constants.page(table.bytes);
  if (LOOKUPS.has(type)) return page;
  if (type === "ALL" || index === null) return pages(table.bytes) * page;
  const ranges = access.ranges ?? 1;
  const share = Math.min(1, rows / Math.max(1, table.rows));
  const isLookup = SEARCHES.has(type);
  const starts = isLookup ? constants.lookupPages : ranges * constants.rangePages;
  let read = (rows + (type === "index" ? 0 : starts)) * page;
  if (index.clustered) read = (rows <= 2 ? rows : ranges + share * pages(table.bytes)) * page;
  else if (covering) read = (ranges + share * pages(index.bytes)) * constants.page(index.bytes);
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
  return seeks * constants.page(table.bytes);
}

/** Sorting rows, by the comparisons that it takes. */
export function sortCost(rows: number, constants: CostConstants): number {
  return rows < 2 ? 0 : rows * Math.log2(rows) * constants.compare;
}

export function pages(bytes: number): number {
  return Math.max(1, bytes / INNODB_PAGE);
}
