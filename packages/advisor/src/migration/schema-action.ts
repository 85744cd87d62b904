import type { TableName } from "../catalog/catalog.ts";

/** A column as a statement defines it. */
export interface ColumnDefinition {
  readonly name: string;
  /** As written: `varchar(50)`. */
  readonly type: string;
  readonly notNull: boolean;
  /**
   * What fills existing rows. `constant`: the same for all, known at once. `stable`: computed once per statement (`now()`).
   * `volatile`: computed per row, as of serial, identity and stored
   * generated columns. `unknown`: a function that nobody has described.
   */
  readonly fill: "none" | "constant" | "stable" | "volatile" | "unknown";
  /** The default as written; `null` where none. */
  readonly default: string | null;
  readonly generated: "stored" | "virtual" | null;
  readonly identity: boolean;
  /** `serial` and its kin, AUTO_INCREMENT. */
  readonly serial: boolean;
}

export interface ForeignKeyDefinition {
  readonly columns: readonly string[];
  readonly references: TableName;
  readonly referencedColumns: readonly string[];
}

/** A constraint as a statement adds it. */
export interface ConstraintDefinition {
  /** `null` where the server makes up a name. */
  readonly name: string | null;
  readonly kind: "primary-key" | "unique" | "foreign-key" | "check" | "exclude" | "not-null";
  readonly columns: readonly string[];
  /** Existing rows are not looked at now. */
  readonly notValid: boolean;
  /** The index that it takes over. */
  readonly usingIndex: string | null;
  readonly foreignKey: ForeignKeyDefinition | null;
  /** The condition of a check, as the engine prints it. */
  readonly expression: string | null;
  /** Of a check: columns that can't be NULL where it holds. */
  readonly impliesNotNull: readonly string[];
}

export interface IndexDefinition {
  readonly name: string | null;
  readonly table: TableName;
  /** Columns and expressions in order. */
  readonly keys: readonly string[];
  readonly unique: boolean;
  readonly method: string;
  readonly concurrently: boolean;
  readonly predicate: string | null;
  /** ON ONLY: the partitions of its table get none, and nothing is built. */
  readonly only?: true;
}

/**
 * What a statement does to the schema, in no engine's words. Names are resolved: an unqualified one gets the first schema
 * of the search path. One statement can do several: ALTER TABLE with several clauses.
 */
export type SchemaAction =
  | {
      readonly kind: "create-table";
      readonly table: TableName;
      readonly columns: readonly ColumnDefinition[];
      readonly constraints: readonly ConstraintDefinition[];
      readonly temporary: boolean;
      readonly ifNotExists: boolean;
      readonly partitionOf: TableName | null;
      /** Tables whose columns it has too: LIKE, INHERITS. */
      readonly columnsOf?: readonly TableName[];
      /** It has partitions instead of rows. */
      readonly partitioned?: true;
    }
  | { readonly kind: "drop-table"; readonly table: TableName; readonly cascade: boolean }
  | { readonly kind: "truncate"; readonly table: TableName }
  | { readonly kind: "rename-table"; readonly table: TableName; readonly to: TableName }
  | {
      readonly kind: "add-column";
      readonly table: TableName;
      readonly column: ColumnDefinition;
      readonly constraints: readonly ConstraintDefinition[];
    }
  | { readonly kind: "drop-column"; readonly table: TableName; readonly column: string }
  | {
      readonly kind: "rename-column";
      readonly table: TableName;
      readonly column: string;
      readonly to: string;
    }
  | {
      readonly kind: "set-column-type";
      readonly table: TableName;
      readonly column: string;
      readonly type: string;
      /** The expression of USING; `null` where none. */
      readonly using: string | null;
    }
  | { readonly kind: "set-not-null"; readonly table: TableName; readonly column: string }
  | { readonly kind: "drop-not-null"; readonly table: TableName; readonly column: string }
  | {
      readonly kind: "set-default";
      readonly table: TableName;
      readonly column: string;
      /** `null`: dropped. */
      readonly default: string | null;
    }
  | { readonly kind: "add-identity"; readonly table: TableName; readonly column: string }
  | {
      readonly kind: "add-constraint";
      readonly table: TableName;
      readonly constraint: ConstraintDefinition;
    }
  | { readonly kind: "validate-constraint"; readonly table: TableName; readonly name: string }
  | { readonly kind: "drop-constraint"; readonly table: TableName; readonly name: string }
  | {
      readonly kind: "create-index";
      readonly index: IndexDefinition;
      readonly ifNotExists: boolean;
    }
  | {
      readonly kind: "drop-index";
      /** The index; its table is looked up where it is known. */
      readonly index: TableName;
      readonly table: TableName | null;
      readonly concurrently: boolean;
    }
  | { readonly kind: "rename-index"; readonly index: TableName; readonly to: string }
  | {
      readonly kind: "reindex";
      /** `null`: a whole schema or database. */
      readonly table: TableName | null;
      readonly index: TableName | null;
      readonly concurrently: boolean;
    }
  | {
      readonly kind: "attach-partition" | "detach-partition";
      readonly table: TableName;
      readonly partition: TableName;
      readonly concurrently: boolean;
    }
  /** VACUUM FULL, CLUSTER, OPTIMIZE TABLE, ENGINE=...: the table is written anew. */
  | {
      readonly kind: "rewrite-table";
      /** `null`: all. */
      readonly table: TableName | null;
      readonly command: string;
    }
  | { readonly kind: "set-logged"; readonly table: TableName; readonly logged: boolean }
  | {
      readonly kind: "create-trigger" | "drop-trigger";
      readonly table: TableName;
      readonly name: string;
    }
  | { readonly kind: "add-enum-value"; readonly type: TableName; readonly value: string }
  | { readonly kind: "drop-type"; readonly name: TableName }
  | { readonly kind: "convert-charset"; readonly table: TableName; readonly charset: string }
  /** INSERT, UPDATE, DELETE, MERGE, COPY of rows. `filtered`: it has a WHERE. */
  | {
      readonly kind: "write-rows";
      readonly table: TableName;
      readonly command: "insert" | "update" | "delete" | "merge";
      readonly filtered: boolean;
    }
  /** Limits that the session waits for locks and statements under; milliseconds, 0 is no limit. */
  | {
      readonly kind: "set-timeout";
      readonly setting: "lock" | "statement";
      readonly ms: number;
      /** Until the transaction's end only. */
      readonly local: boolean;
    }
  /** Where unqualified names are from now on; `null`: where the session began. */
  | { readonly kind: "set-schema"; readonly schema: string | null; readonly local: boolean }
  | { readonly kind: "transaction"; readonly command: "begin" | "commit" | "rollback" }
  /** Changes something that holds no rows of tables: views, functions, types, grants, comments. `table`: the one that it locks. */
  | { readonly kind: "other"; readonly command: string; readonly table?: TableName };

/** A statement's text, read. */
export type DescribedStatement =
  | { readonly kind: "actions"; readonly actions: readonly SchemaAction[] }
  /** What it does can't be seen in its text: DO, CALL, EXECUTE. */
  | { readonly kind: "opaque"; readonly reason: string }
  /** `position`: characters before the place of the error, where the parser knows it. */
  | { readonly kind: "error"; readonly message: string; readonly position?: number };
