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
  /**
   * Of an equality with one constant: the constant as SQL. Data: redacted in every output but the DDL that needs it.
   * A workload's queries keep it only where each execution that was seen had the same one in its text.
   */
  readonly literal?: string;
  /** Ways to find the rows other than a btree of the side's own order. Absent: none is known. */
  readonly access?: readonly AccessPath[];
}

/** What an index must be to serve a condition, in the words of its engine. */
export interface AccessPath {
  /** Access method: `btree`, `gin`, `gist`. */
  readonly method: string;
  /** `null` for the type's default. */
  readonly operatorClass: string | null;
  /** The extension that the operator class comes from; absent where the server has it by itself. */
  readonly extension?: string;
}

/** An order by distance from a value, which few access methods can deliver. */
export interface NearestKey {
  readonly column: string | null;
  readonly expression: string;
  readonly access: readonly AccessPath[];
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
  /** The ORDER BY's first key where it is a distance from a value: `location <-> $1`. */
  readonly nearest?: NearestKey;
  /** GROUP BY or DISTINCT columns of this table; empty where any key is another table's or an expression. */
  readonly group: readonly string[];
  /** Every column of this table that the statement reads, in any place; `"*"` for the whole row. */
  readonly columns: readonly string[] | "*";
  /** Columns that the statement writes (INSERT, UPDATE SET); empty for a read. */
  readonly written: readonly string[];
  /** Indexes of the table that the text names, to be used or not to be used. Default none. */
  readonly hintedIndexes?: readonly string[];
  /** Whether a LIMIT applies to the query level that holds this table. */
  readonly limited: boolean;
}

/** A parsed statement's use of tables, names resolved against the catalog, views expanded. */
export interface Statement {
  readonly kind: "select" | "insert" | "update" | "delete" | "merge";
  readonly tables: readonly TableUse[];
  /** Names that are neither a table or view of the catalog nor a CTE, as written. */
  readonly unresolved: readonly string[];
  /** Present where each result row is one row of the only table in FROM: nothing groups, limits or repeats them. */
  readonly plainRows?: boolean;
  /** Present where no more than the tables' names could be read: a server plans it all the same. */
  readonly tablesOnly?: boolean;
  /** Present where the statement reads the server's own catalogs and nothing else. */
  readonly systemOnly?: boolean;
}
