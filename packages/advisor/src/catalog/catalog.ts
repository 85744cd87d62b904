/** A relation's name: both parts as stored, never quoted. */
export interface TableName {
  readonly schema: string;
  readonly name: string;
}

/** `schema.name` as a key of maps; not SQL. Schemas and names may hold dots, so the parts are joined by NUL. */
export function tableKey(table: TableName): string {
  return `${table.schema}\0${table.name}`;
}

export interface Column {
  readonly name: string;
  /** SQL type as the server prints it: `character varying(50)`, `app.citext`. */
  readonly type: string;
  readonly notNull: boolean;
  /** Collation where it is not the type's default, quoted and qualified as SQL. */
  readonly collation: string | null;
  /** Expression of a generated column; `null` for an ordinary one. */
  readonly generated: string | null;
  /** True for a generated column that is computed when read (PostgreSQL 18). Default false: its values are stored. */
  readonly virtual?: boolean;
  /** Whether values are stored of a fixed length of this many bytes; `-1` for variable length. */
  readonly length: number;
  /** Alignment in bytes: 1, 2, 4 or 8. */
  readonly alignment: number;
}

/** One key column of an index: a column or an expression. */
export interface IndexKey {
  readonly column: string | null;
  /** SQL of the key: the quoted column, or the expression in parentheses where the syntax wants them. */
  readonly expression: string;
  readonly direction: "asc" | "desc";
  readonly nulls: "first" | "last";
  /** Operator class, qualified where it is not in `pg_catalog`; `null` for the type's default. */
  readonly operatorClass: string | null;
  /** Collation where it differs from the column's. */
  readonly collation: string | null;
  /** Leading characters (bytes of a binary type) of the column that the key holds. Absent: the whole value. */
  readonly prefix?: number;
}

export interface Index {
  /** Same schema as its table. */
  readonly name: string;
  /**
   * What tells it from the other indexes of its schema, where the server has names that are unique in a table only:
   * `orders.by_customer`. Absent: its name does.
   */
  readonly nameInSchema?: string;
  /** `CREATE INDEX` statement as the server prints it. */
  readonly definition: string;
  /** Access method: `btree`, `gin`, `gist`, `brin`, `hash`, ... */
  readonly method: string;
  readonly keys: readonly IndexKey[];
  /** Columns of INCLUDE: stored, not searchable. */
  readonly include: readonly string[];
  /** WHERE condition of a partial index. */
  readonly predicate: string | null;
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly primary: boolean;
  /** Name of the PRIMARY KEY, UNIQUE or EXCLUDE constraint that it implements. */
  readonly constraint: string | null;
  /** That constraint as the server prints it: `PRIMARY KEY (id)`. It can say more than the index: `DEFERRABLE`. */
  readonly constraintDefinition?: string | null;
  /** False after a failed concurrent build: costs writes, serves nothing. */
  readonly valid: boolean;
  /** True while a build of it runs (the invalid state is then expected). */
  readonly building: boolean;
  readonly clustered: boolean;
  readonly replicaIdentity: boolean;
  /** Name of the partitioned index that it is attached to, with that index's schema. */
  readonly parent: TableName | null;
  /** Whether the planner has statistics of the index's expressions (dropping it would lose them). */
  readonly expressionStatistics: boolean;
  /** False where plans leave it out, though it is kept up to date (INVISIBLE, IGNORED). Absent: plans may use it. */
  readonly visible?: boolean;
  /** Name of a foreign key that the server would not keep without an index like this one. Absent: none does. */
  readonly requiredBy?: string;
  /** Distinct values of the first key, of the first two, ..., by the server's statistics of the index. Absent: it has none. */
  readonly prefixDistinct?: readonly number[];
  /** Pages of 8 kB that the file has now, which is what the planner counts. 0 for a partitioned index. */
  readonly pages: number;
  /** Pages of 8 kB of it that the server had in memory; of a primary key that holds the table, the table's. Absent: not known. */
  readonly cachedPages?: number;
  readonly rows: number;
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly string[];
  readonly references: TableName;
  readonly referencedColumns: readonly string[];
  /** What a delete of the referenced row does: `cascade`, `set null`, `set default`, `restrict`, `no action`. */
  readonly onDelete: string;
  /** `FOREIGN KEY (...) REFERENCES ...` as the server prints it. */
  readonly definition: string;
}

export interface Table extends TableName {
  readonly kind: "table" | "partitioned" | "materialized-view" | "foreign";
  readonly columns: readonly Column[];
  readonly indexes: readonly Index[];
  /** Its own: a partition's copies of the partitioned table's keys are left out. */
  readonly foreignKeys: readonly ForeignKey[];
  /** Check constraints that are not only inherited: `CHECK (...)` as the server prints them. */
  readonly checks: readonly { readonly name: string; readonly definition: string }[];
  /** Partition key as the server prints it, for `partitioned`: `RANGE (created_at)`. */
  readonly partitionKey: string | null;
  /** Parent and bound (`FOR VALUES FROM ... TO ...`) of a partition. */
  readonly partitionOf: { readonly parent: TableName; readonly bound: string } | null;
  /** Parents by inheritance (not partitions). */
  readonly inherits: readonly TableName[];
  readonly replicaIdentity: "default" | "full" | "nothing" | "index";
  /** Storage parameters: `fillfactor=70`, `parallel_workers=4`. */
  readonly storageParameters?: readonly string[];
  /**
   * Name of the index that the rows are stored in: it holds every column, and each other btree of the table ends with its
   * keys, told or not. Absent: rows are stored apart from all indexes.
   */
  readonly rowIndex?: string;
  /** The whole `CREATE TABLE` statement, where the server prints one. */
  readonly definition?: string;
  /** Live rows by the planner's statistics; `-1` where never analysed. */
  readonly rows: number;
  /** Pages of 8 kB by the planner's statistics, without secondary indexes. */
  readonly pages: number;
  readonly allVisiblePages: number;
  /** Heap pages the file has now: the planner scales `rows` by `currentPages / pages`. */
  readonly currentPages: number;
}

/** The index that the table's rows are stored in; `null` where they are stored apart. */
export function rowIndexOf({ indexes, rowIndex }: Table): Index | null {
  return indexes.find(({ name }) => name === rowIndex) ?? null;
}

/** Rows as the planner counts them now: its statistics scaled by how much the file grew since. `-1` where unknown. */
export function estimatedRows(table: Table): number {
  return table.pages > 0 && table.rows >= 0
    ? (table.rows / table.pages) * table.currentPages
    : table.rows;
}

export interface View extends TableName {
  /** The view's query, as the server prints it. */
  readonly definition: string;
}

/** A sequence that does not start over at its end. */
export interface Sequence extends TableName {
  /** First value that it can give, in its direction. */
  readonly first: number;
  /** Last value that it can give and that its column's type can hold. */
  readonly limit: number;
  /** Below zero for one that counts down. */
  readonly increment: number;
  /** Whether the column's type ends before the sequence does. */
  readonly limitedByColumn: boolean;
  /** Column that its values are for: by identity, ownership or default. Of several, the one of the smallest type. */
  readonly column: {
    readonly table: TableName;
    readonly name: string;
    readonly type: string;
  } | null;
}

/** A database's structure, as far as advice needs it. System schemas are left out. */
export interface Catalog {
  readonly tables: readonly Table[];
  /** Those that do not cycle. Absent in snapshots that were taken before they were read. */
  readonly sequences?: readonly Sequence[];
  /** In an order in which they can be created. */
  readonly views: readonly View[];
  /** Schemas searched for unqualified names, in order. */
  readonly searchPath: readonly string[];
}
