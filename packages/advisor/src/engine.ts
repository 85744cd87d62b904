import type { CandidateIndex } from "./candidates/candidate-index.ts";
import type { IndexForms } from "./candidates/index-forms.ts";
import type { Catalog, Table, TableName } from "./catalog/catalog.ts";
import type { ChangedSnapshot } from "./catalog/changed-snapshot.ts";
import type { NodeUsage, Snapshot } from "./catalog/snapshot.ts";
import type { Fingerprinter } from "./digest/merge-by-fingerprint.ts";
import type { SplitStatements } from "./log/open-sql-file.ts";
import type { IndexWrites } from "./whatif/index-writes.ts";
import type { Planner } from "./whatif/planner.ts";
import type { Statement } from "./workload/statement.ts";
import type { Query, QuerySample } from "./workload/workload.ts";

/** The one thing the advisor needs of a driver: text in, rows out. Sessions are read-only unless a caller's own. */
export interface Session {
  query(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
  close(): Promise<void>;
}

export interface CaptureOptions {
  /** False leaves most common values and histograms of text columns out: they hold data. Default true. */
  readonly values: boolean;
  /** Whether to read the server's statement statistics. Default true. */
  readonly workload: boolean;
  /** `host:port/database`, for evidence. */
  readonly node: string;
}

/** A text that can be planned. */
export interface ParsedQuery {
  readonly kind: "query";
  readonly fingerprint: string;
  /** Constants replaced by placeholders: holds no data. */
  readonly normalized: string;
  /** Resolves names against a catalog. */
  describe(catalog: Catalog): Statement;
  /**
   * The text as it can be planned with its values: parameters (as text, `null` is SQL NULL) written as literals.
   * `null` where a placeholder has no value.
   */
  sample(parameters?: readonly (string | null)[]): string | null;
}

/** A statement's text as an engine's parser sees it. */
export type ParsedText =
  | ParsedQuery
  /** No plan: BEGIN, SET, DDL, COPY, ... */
  | { readonly kind: "utility" }
  | {
      readonly kind: "error";
      readonly message: string;
      /** Characters before the place of the error, where the parser knows it. */
      readonly position?: number;
      /** The text without its constants, as far as it could be read. */
      readonly redacted: string;
      /** What it is if a server can plan it: known by the tables that it names. Absent: no server would. */
      readonly unread?: ParsedQuery;
    };

/** Something in a query's text that keeps it from an index, or that it may not have been meant to say. */
export interface QueryReview {
  readonly kind:
    | "misaligned-key-types"
    | "non-sargable-predicate"
    | "offset-pagination"
    | "outer-join-filtered";
  readonly table: TableName;
  readonly columns: readonly string[];
  /** The part of the text that it is about, constants as `$n`. */
  readonly part: string;
  /** The whole query in other words, numbered as the shape is; `null` where there are none. */
  readonly rewrite: {
    readonly sql: string;
    readonly statement: Statement;
    /** Logged executions in both forms; those that can't be written so are left out. */
    readonly samples: readonly { readonly before: QuerySample; readonly after: QuerySample }[];
  } | null;
  /** Whether both texts give the same rows wherever they give an answer. Else the rewrite is there to be planned only. */
  readonly same: boolean;
  /** Why it is the same, or what stands against it: one clause. */
  readonly reason: string;
  /** Of `misaligned-key-types`: the column that is joined with. */
  readonly other?: { readonly table: TableName; readonly column: string };
}

/** A change and how to take it back: statements in order. */
export interface DdlChange {
  readonly apply: readonly string[];
  readonly undo: readonly string[];
  /** The second step of a change in two, to be run when the first one has proved itself. */
  readonly later?: {
    /** When that is: a clause that starts with a small letter. */
    readonly when: string;
    readonly apply: readonly string[];
    readonly undo: readonly string[];
  };
}

/** DDL in an engine's words, each statement complete with its `;`, names quoted where needed. */
export interface DdlWriter {
  /**
   * A readable name that is free in the catalog, is not in `taken` and fits the engine's limit. The same holds for the
   * names of the partitions' indexes that come with it.
   */
  indexName(candidate: CandidateIndex, catalog: Catalog, taken: ReadonlySet<string>): string;
  /** All names that `createIndex` gives: the index's own first, then those of the partitions' indexes. */
  indexNames(candidate: CandidateIndex, name: string, catalog: Catalog): readonly string[];
  createIndex(candidate: CandidateIndex, name: string, catalog: Catalog): DdlChange;
  /**
   * `index` as `indexTableName` gives it, here and below. In two steps where an index can be hidden from plans first; one that
   * is hidden already is dropped at once. Throws for an index that can't be dropped by itself: one of a constraint, or
   * attached to a partitioned index.
   */
  dropIndex(index: TableName, catalog: Catalog): DdlChange;
  /** Lets plans use an index again that is hidden from them. Absent: none can be. */
  showIndex?(index: TableName, catalog: Catalog): DdlChange;
  /**
   * Builds an existing index anew under its name, without blocking writes. Nothing to take back: `undo` is empty. Absent: the
   * server does that with the whole table only.
   */
  rebuildIndex?(index: TableName): DdlChange;
  /** Reads the table's statistics anew; with `share`, and from then on whenever that share of its rows changed (0 to 1). */
  refreshStatistics(table: TableName, share: number | null): DdlChange;
  /**
   * Statistics of how the values of some columns go together, and a first reading. `combinations`: about how many of values
   * there are; `null` where that is not known. `taken`: names of such objects. Absent: the server has nothing like it.
   */
  createStatistics?(
    table: TableName,
    columns: readonly string[],
    combinations: number | null,
    taken: ReadonlySet<string>,
  ): DdlChange & { readonly name: TableName };
  /** Makes an existing unique index the table's primary key. */
  promoteToPrimaryKey(index: TableName, catalog: Catalog): DdlChange;
  /** Makes a session plan each execution of a prepared statement with its own values. Absent: the server always does. */
  readonly planEachExecution?: string;
  /** A name as SQL: quoted where needed. */
  quote(name: string): string;
}

/** What is so on one engine only, for the sentences of findings. */
export interface EngineWords {
  /** What two equal indexes have in common: `access method, keys and order`. */
  readonly equalIndexes: string;
  /** Checks of a drop that are asked on this engine only. */
  readonly dropChecks: ReadonlySet<
    | "clustered"
    | "expression-statistics"
    /** The server itself refuses to drop the last index that begins with a foreign key's columns, on either side. */
    | "foreign-key-rule"
    | "partition"
    | "replica-identity"
  >;
  /** What the making of a primary key out of a unique index asks of the table: `without a rebuild`. */
  readonly promotion: string;
  /** What a table without a primary key means for its copies. */
  keylessReplication(table: Table): {
    readonly check: string;
    readonly verdict: "for" | "against" | "unknown";
    readonly detail: string;
  };
  /** What a change of a column's type asks of the server. `size`: rows and bytes of its table, in words. */
  typeChange(table: TableName, column: string, type: string, size: string): string;
  /** Who reads a table's statistics anew by itself. */
  readonly analyzer: string;
}

/** What a planner may use beside the snapshot. An engine that plans without takes no notice of it. */
export interface PlannerMeans {
  /** Server of the same kind that holds nothing else, where databases may be made. Absent: one is looked for on this machine. */
  readonly scratchUrl?: string;
  /**
   * Opens a session on the server that the snapshot is of, the same one each time; asked only by a planner that needs it. It
   * stays the caller's, to be closed after the planner. Absent: a snapshot alone.
   */
  session?(): Promise<Session>;
}

/** A database that nothing else is in and that may be written to. */
export interface EmptyDatabase {
  readonly session: Session;
  /** Drops it, and ends the server if it was started for it. */
  close(): Promise<void>;
}

/** A way of planning, chosen by its name. */
export interface PlannerChoice {
  /** As a user writes it: `sandbox`, `hypopg`. */
  readonly name: string;
  /** Who plans then, for help and messages: `the embedded PostgreSQL`. */
  readonly who: string;
  /** Whether it can't plan without `PlannerMeans.session`. */
  readonly needsLiveServer: boolean;
  /** Whether it plans on the server of `PlannerMeans.scratchUrl`. */
  readonly takesScratchServer: boolean;
  /** Throws `DbadviseError` `planner-failed` where what it takes can't be had. */
  create(
    snapshot: Snapshot,
    progress: (message: string) => void,
    means: PlannerMeans,
  ): Promise<Planner>;
}

/** What a database engine must provide. Everything outside an engine's folder asks this, never the engine's name. */
export interface Engine {
  readonly name: string;
  /** URL schemes that it serves, with the colon: `postgres:`. */
  readonly schemes: readonly string[];
  /** Names of its systems in a workload capture, as OpenTelemetry's `db.system.name` has them: `postgresql`. */
  readonly systems: readonly string[];
  /** Opens a read-only session with the limits of docs/safety.md. Throws `DbadviseError` `connection-failed`. */
  connect(url: string): Promise<Session>;
  /** Reads structure, statistics, settings, counters and workload. What can't be read is a gap, not an exception. */
  capture(session: Session, options: CaptureOptions): Promise<Snapshot>;
  /** Equal on servers that hold the same database (a primary and its replicas); `null` where that can't be told. */
  identify(session: Session): Promise<string | null>;
  /** Reads one more server's counters (a replica). */
  captureUsage(session: Session, node: string): Promise<NodeUsage>;
  /** Finds the ends of statements in a file of SQL. */
  readonly splitStatements: SplitStatements;
  /** Tells shapes of its statements apart, where a digest has told them by their bytes. */
  readonly fingerprinter: Fingerprinter;
  /** Parses one text; several statements in one text are an error. */
  parse(sql: string): Promise<ParsedText>;
  /** Looks through a query's text, names resolved against the catalog. Never throws for a text that it can't read. */
  reviewQuery(query: Query, catalog: Catalog): Promise<readonly QueryReview[]>;
  /**
   * The best planner over the snapshot that can be had; `progress` is told what takes long. Throws `DbadviseError`
   * `planner-failed`.
   */
  createPlanner(
    snapshot: Snapshot,
    progress: (message: string) => void,
    means?: PlannerMeans,
  ): Promise<Planner>;
  /** All that it has; `createPlanner` chooses among those that work with what is given. */
  readonly planners: readonly PlannerChoice[];
  /**
   * What DDL would make of the snapshot, with its sizes and statistics held fixed; new indexes have estimated sizes. A planner
   * over it plans as the server would after the statements. `progress` is told what takes long. Throws `DbadviseError`
   * `planner-failed`. Absent: the engine can't tell.
   */
  changeSnapshot?(
    snapshot: Snapshot,
    statements: readonly string[],
    progress: (message: string) => void,
  ): Promise<ChangedSnapshot>;
  /**
   * An empty database for whoever wants to try something, on a server of this system: that of `scratchUrl`, else one that is
   * started on this machine. Throws `DbadviseError` `connection-failed` where neither can be had. Absent: the engine has none.
   */
  openEmptyDatabase?(
    system: string,
    progress: (message: string) => void,
    scratchUrl: string | undefined,
  ): Promise<EmptyDatabase>;
  /** What its indexes can be on the snapshot's server. */
  indexForms(snapshot: Pick<Snapshot, "server">): IndexForms;
  /** What writes pay for indexes, by the snapshot's settings and statistics. */
  indexWrites(snapshot: Snapshot): IndexWrites;
  /** Statements that the snapshot's server takes. */
  ddl(snapshot: Pick<Snapshot, "server">): DdlWriter;
  readonly words: EngineWords;
}
