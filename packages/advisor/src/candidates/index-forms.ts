import type { Column, IndexKey, Table } from "../catalog/catalog.ts";

/** What indexes can be on a server. */
export interface IndexForms {
  /** Where NULLs stand in an ascending btree. */
  readonly nulls: "first" | "last";
  /** Whether keys can be told to stand in descending order. */
  readonly descending: boolean;
  /** Whether a key can be an expression. */
  readonly expressions: boolean;
  /** Whether columns can be stored beside the keys (INCLUDE). False: what an index is to hold is a key. */
  readonly include: boolean;
  /** Whether an index can be limited to the rows that a condition lets through. */
  readonly partial: boolean;
  /** Whether keys can be generated columns that are not stored. */
  readonly virtualColumns: boolean;
  /** Whether there are block range indexes (BRIN). */
  readonly blockRange: boolean;
  /**
   * Leading characters (bytes of a binary type) that a key on the column must be limited to; `null` where it can hold the
   * whole value, 0 where the column can't be a key.
   */
  prefixOf(column: Column, table: Table): number | null;
  /** Whether an index of the table can have these keys, by their number and their sizes together. */
  fits(keys: readonly IndexKey[], table: Table): boolean;
}
