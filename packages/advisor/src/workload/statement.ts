import type { TableName } from "../catalog/catalog.ts";

/** What a condition can do for an index. */
export type PredicateRole =
  /** `column = value`, `column IN (...)`, `column = ANY(...)`, `column IS NULL`, a bare boolean column. */
  | "equality"
  /** `<`, `<=`, `>`, `>=`, `BETWEEN`, `LIKE 'prefix%'`, `IS NOT NULL`. */
  | "range"
  /** `column = other_table.column`: an equality once the other side is known. */
  | "join"
  /** Anything else: `<>`, `LIKE '%x'`, `@>`, a condition that a btree can't serve. */
  | "other";

/** One AND-ed condition on one table. Conditions under OR or NOT are `other`. */
export interface Predicate {
  readonly role: PredicateRole;
  /** The bare column that is compared; `null` where an expression is. */
  readonly column: string | null;
  /** SQL of the compared side as an index would need it, unqualified: `lower(email)`. */
  readonly expression: string;
  /** Operator as written, lower case: `=`, `in`, `<`, `between`, `like`, `is null`, `@>`. */
  readonly operator: string;
  /** Table and column on the other side of a `join`. */
  readonly joins: { readonly table: TableName; readonly column: string } | null;
  /** What the column is compared with. `constant` is SQL text without data only for NULL, booleans; else it holds data. */
  readonly value: "parameter" | "constant" | "column" | "expression" | "none";
}

/** One key of an ORDER BY (or of DISTINCT ON, or a window) that one table could deliver in order. */
export interface SortKey {
  readonly column: string | null;
  readonly expression: string;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last";
}

/** One appearance of one table in a statement; a self-join has two. */
export interface TableUse {
  readonly table: TableName;
  readonly predicates: readonly Predicate[];
  /** The ORDER BY's leading keys that belong to this table; empty where the first key is another table's. */
  readonly order: readonly SortKey[];
  /** GROUP BY or DISTINCT columns of this table; empty where any key is another table's or an expression. */
  readonly group: readonly string[];
  /** Every column of this table that the statement reads, in any place; `"*"` for the whole row. */
  readonly columns: readonly string[] | "*";
  /** Columns that the statement writes (INSERT, UPDATE SET); empty for a read. */
  readonly written: readonly string[];
  /** Whether a LIMIT applies to the query level that holds this table. */
  readonly limited: boolean;
}

/** A parsed statement's use of tables, names resolved against the catalog, views expanded. */
export interface Statement {
  readonly kind: "select" | "insert" | "update" | "delete" | "merge";
  readonly tables: readonly TableUse[];
  /** Names that are neither a table or view of the catalog nor a CTE, as written. */
  readonly unresolved: readonly string[];
  /** Present where the statement reads the server's own catalogs and nothing else. */
  readonly systemOnly?: boolean;
}
