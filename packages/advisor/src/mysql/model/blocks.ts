import type { Table } from "../../catalog/catalog.ts";

/** A condition that an index can serve, or that only lets rows through, on one table of a block. */
export interface Sarg {
  readonly alias: string;
  /** `null` for an expression. */
  readonly column: string | null;
  /** The compared side, in the form of `expressionKey`. */
  readonly expression: string;
  readonly kind: "equal" | "range" | "like" | "null" | "not-null";
  /** Constants that it is equal to; `null` for one that nobody knows. */
  readonly values: readonly (string | null)[];
  /** Ends of a range; `undefined` where it is open. */
  readonly low?: string | null;
  readonly high?: string | null;
  /** Other tables of the block that must be read before: of `a.x = b.y`. Empty for constants and outer queries' columns. */
  readonly needs: readonly string[];
  /** What it is compared with, for lines. */
  readonly ref: string;
  /** Whether it is compared with a column: of this block, or of a query around it. */
  readonly isJoin: boolean;
}

/** Conditions on one table of which one must hold. */
export interface Alternatives {
  readonly alias: string;
  readonly branches: readonly (readonly Sarg[])[];
}

/** Any other condition. */
export interface Filter {
  readonly needs: readonly string[];
}

export interface BlockTable {
  readonly alias: string;
  /** `null` for a derived table. */
  readonly table: Table | null;
  readonly derived: ModelBlock | null;
  /** Tables that are read before it: an outer join's left side. */
  readonly after: readonly string[];
  /** Of a semi or anti join: it gives no rows, only whether there are any. */
  readonly role: "inner" | "outer" | "semi" | "anti";
  /** Columns of it that the statement reads; `"*"` for all. */
  readonly columns: ReadonlySet<string> | "*";
}

export interface BlockKey {
  readonly alias: string;
  readonly column: string | null;
  readonly expression: string;
  readonly direction: "asc" | "desc";
}

/** One SELECT, or the reading part of a write. */
export interface ModelBlock {
  readonly tables: readonly BlockTable[];
  readonly sargs: readonly Sarg[];
  readonly alternatives: readonly Alternatives[];
  readonly filters: readonly Filter[];
  /** `null` where an order is asked that no table can give. */
  readonly order: readonly BlockKey[] | null;
  readonly group: readonly BlockKey[] | null;
  readonly distinct: boolean;
  /** Whether rows are put together without GROUP BY: `count(*)`. */
  readonly aggregate: boolean;
  /** Whether all that is counted over the rows are least and greatest values, if anything is. */
  readonly onlyEnds: boolean;
  readonly limit: number | null;
  readonly subqueries: readonly ModelSubquery[];
  readonly union: readonly ModelBlock[];
  /** Whether it changes rows: they are fetched whole, in a range and not a look-up. */
  readonly writes: boolean;
}

export interface ModelSubquery {
  readonly block: ModelBlock;
  readonly dependent: boolean;
  /** Whether it is only asked for whether there is a row: EXISTS, IN. */
  readonly isTest: boolean;
}

/** Equal for expressions that are written in other ways only. */
export function expressionKey(sql: string): string {
  return sql.replaceAll(/[`()\s]/g, "").toLowerCase();
}
