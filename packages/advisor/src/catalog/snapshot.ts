import type { QueryEvent } from "../log/query-event.ts";
import type { Catalog, TableName } from "./catalog.ts";

/** The snapshot format's version: raised when a reader of the older one would misread a file. */
export const SNAPSHOT_VERSION = 1;

/** The planner's statistics of one column, or of one expression of an index. Values are the server's own text. */
export interface ColumnStatistics {
  /** The table, or the index for an expression. */
  readonly relation: TableName;
  /** Column name; for an index, its key's position from 1. */
  readonly column: string | number;
  /** Whether these are the statistics of the table with all its children. */
  readonly inherited: boolean;
  readonly nullFraction: number;
  /** Average width of a value that is not null, in bytes. */
  readonly averageWidth: number;
  /** Distinct values; negative: their share of the rows, negated. */
  readonly distinct: number;
  /** Order of values against order on disk, -1 to 1. */
  readonly correlation: number | null;
  /** Array literal of the most common values; `null` where there are none, or left out by `--no-values`. */
  readonly commonValues: string | null;
  readonly commonFrequencies: readonly number[] | null;
  readonly histogram: string | null;
  /** Of array and text search columns: array literals as the server prints them. */
  readonly commonElements: string | null;
  readonly commonElementFrequencies: readonly number[] | null;
  readonly elementCountHistogram: readonly number[] | null;
  readonly rangeLengthHistogram: string | null;
  readonly rangeEmptyFraction: number | null;
  readonly rangeBoundsHistogram: string | null;
  /**
   * The histogram that the server keeps of the column and plans by, where it has one of its own making: JSON that gives it back to
   * such a server. The fields above are read from it then. Absent: the server keeps none, or its values were left out.
   */
  readonly serverHistogram?: string;
}

/** Statistics that were made with CREATE STATISTICS. */
export interface ExtendedStatistics extends TableName {
  readonly table: TableName;
  /** `CREATE STATISTICS` statement as the server prints it. */
  readonly definition: string;
  /** Distinct combinations as the server prints them: `{"1, 2": 40}`; `null` where there are none or they are hidden. */
  readonly ndistinct: string | null;
  /** Functional dependencies as the server prints them: `{"1 => 2": 1.000000}`. */
  readonly dependencies: string | null;
}

/** Where an indexed column's values end now, as the server prints them. */
export interface ColumnEnds {
  readonly table: TableName;
  readonly column: string;
  readonly least: string;
  readonly greatest: string;
}

/** What one server counted of one index. Replicas keep their own counters. */
export interface IndexUsage {
  /** As `indexTableName` gives it. */
  readonly index: TableName;
  readonly scans: number;
  readonly tuplesRead: number;
  readonly tuplesFetched: number;
  /** ISO time of the last scan, where the server keeps it (PostgreSQL 16 and later). */
  readonly lastScan: string | null;
}

/** What one server counted of one table. */
export interface TableUsage {
  readonly table: TableName;
  readonly sequentialScans: number;
  readonly sequentialRows: number;
  readonly inserts: number;
  readonly updates: number;
  readonly hotUpdates: number;
  readonly deletes: number;
  /** Rows changed since the last ANALYZE. */
  readonly modifiedSinceAnalyze: number;
  /** ISO time of the last ANALYZE, by hand or by autovacuum. */
  readonly lastAnalyze: string | null;
  /** Changed rows above which the server analyses the table by itself; absent where it never does. */
  readonly analyzeThreshold?: number;
}

/** The value that a sequence gave last; beyond 2^53 to the nearest that a double holds. */
export interface SequenceUsage {
  readonly sequence: TableName;
  readonly lastValue: number;
}

/** Usage counters of one server. */
export interface NodeUsage {
  /** `host:port/database`: no user, no password. */
  readonly node: string;
  readonly role: "primary" | "replica";
  /** ISO time the counters were read. */
  readonly capturedAt: string;
  /** ISO time the counters started at zero; `null` where the server does not know (never reset since it was made). */
  readonly since: string | null;
  /** Servers that stream from this one now; absent where that could not be read. */
  readonly standbys?: number;
  /**
   * A text that changes when another server answers under the node's name, or when it was promoted: its counters are then
   * not the ones before. Absent where that could not be read.
   */
  readonly incarnation?: string;
  readonly indexes: readonly IndexUsage[];
  readonly tables: readonly TableUsage[];
  /** Values that sequences gave last. Those that gave none yet, or can't be read, are left out. */
  readonly sequences?: readonly SequenceUsage[];
}

/** Something that could not be read, and what that leaves unknown. "Not analysed" is never "fine". */
export interface CaptureGap {
  /** What could not be read: `table shop.orders`, `pg_stat_statements`. */
  readonly object: string;
  readonly reason: string;
}

/**
 * What analysis needs of a database, in one file: structure, planner statistics, settings, usage counters and workload.
 * Holds no rows; column statistics hold sampled values unless `values` is false. Documented in docs/snapshot.md.
 */
export interface Snapshot {
  readonly format: "dbadvise-snapshot";
  readonly version: typeof SNAPSHOT_VERSION;
  /** ISO time. */
  readonly capturedAt: string;
  readonly server: {
    /** Engine's name, as in `Engine.name`. */
    readonly engine: string;
    /** The server's own name where it is not the engine's: `MariaDB`. */
    readonly product?: string;
    /** Version as the server prints it: `15.18 (Debian 15.18-0+deb12u1)`. */
    readonly version: string;
    /** Comparable number: `150018`. */
    readonly versionNumber: number;
    readonly database: string;
    /** Default collation of the database: `en_US.UTF-8`. `C` where text compares by bytes. Absent: not known. */
    readonly collation?: string;
  };
  /** False where values of text columns were left out (`--no-values`). */
  readonly values: boolean;
  /** Planner settings by name, as the server prints them with their unit: `work_mem` -> `4MB`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Statements that make what tables need, in order: schemas, extensions, types, functions. */
  readonly prelude: readonly PreludeStatement[];
  readonly catalog: Catalog;
  readonly statistics: readonly ColumnStatistics[];
  /** Statistics over several columns or over expressions. */
  readonly extendedStatistics: readonly ExtendedStatistics[];
  /** Ends of columns that a btree begins with; absent where they were not read. */
  readonly columnEnds?: readonly ColumnEnds[];
  readonly nodes: readonly NodeUsage[];
  readonly workload: {
    readonly source: string;
    readonly events: readonly QueryEvent[];
    /** Seconds that the events cover. */
    readonly seconds: number | undefined;
  } | null;
  readonly gaps: readonly CaptureGap[];
}

/** DDL of an object that tables depend on. Its failure leaves the objects that need it unanalysed. */
export interface PreludeStatement {
  readonly kind: "schema" | "extension" | "type" | "function" | "collation";
  readonly name: string;
  readonly ddl: string;
}
