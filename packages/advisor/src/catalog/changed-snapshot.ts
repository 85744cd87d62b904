import type { TableName } from "./catalog.ts";
import type { Snapshot } from "./snapshot.ts";

/** What one statement did to one object. What went with a table (its columns and indexes) is told as well. */
export interface SchemaChange {
  /** Of the statement, from 0. */
  readonly position: number;
  readonly change: "created" | "dropped" | "renamed" | "retyped";
  readonly kind: "table" | "view" | "column" | "index" | "type" | "function";
  /** The object's name before the statement (for one that is created: after it); of a column, its table's. */
  readonly name: TableName;
  /** `null` for everything but a column. */
  readonly column: string | null;
  /** Table of a column or an index, by its name before the statement; `null` for the other kinds. */
  readonly table: TableName | null;
  /** The new name or the new type; `null` for one that is created or dropped. */
  readonly to: string | null;
}

/** A snapshot as statements would leave its database: sizes and statistics are those of before. */
export interface ChangedSnapshot {
  readonly snapshot: Snapshot;
  /** In the order of the statements. Empty: nothing that a query may use is another one. */
  readonly changes: readonly SchemaChange[];
  /** Statements that the snapshot's schema refuses, by position. What they were to do is not in it. */
  readonly failed: readonly { readonly position: number; readonly reason: string }[];
  /** What could not be held fixed: statistics that a new type has no use for, a table that is made anew. */
  readonly notes: readonly string[];
}
