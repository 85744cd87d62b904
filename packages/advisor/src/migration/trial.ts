import type { TableName } from "../catalog/catalog.ts";
import type { Session } from "../engine.ts";

/** A lock on a table that was there before the statement's migration run, as the server reported it. */
export interface TableLock {
  readonly table: TableName;
  /** As the engine calls it: `ACCESS EXCLUSIVE`, `LOCK=SHARED`. */
  readonly mode: string;
  readonly blocksReads: boolean;
  readonly blocksWrites: boolean;
}

/** What a statement really did to the trial database. */
export interface Observation {
  /** Locks that it took beyond those that its transaction held already. */
  readonly locks: readonly TableLock[];
  /** Locks that its transaction held when it began: they last until it is done. */
  readonly held: readonly TableLock[];
  /** Tables whose rows are written anew. */
  readonly rewritten: readonly TableName[];
  /**
   * Tables that are read from end to end, to check or copy their rows or to build an index. How queries read is not told:
   * that depends on the sizes of tables, and those of a trial are empty.
   */
  readonly scanned: readonly TableName[];
  /** How the server changes the table, where it has several ways: `INSTANT`, `INPLACE`, `COPY`. */
  readonly algorithm?: string;
  /** Of engines that change columns without touching rows only so many times: how often they had for a table, before the statement. */
  readonly rowVersions?: {
    readonly table: TableName;
    readonly used: number;
    readonly limit: number;
  };
  /** What could not be watched, one sentence each: `CONCURRENTLY was left out`. */
  readonly unseen: readonly string[];
}

/** A database without rows on which migrations are tried. One connection, used by one caller. */
export interface Trial {
  /** `embedded PostgreSQL 18.3`, `PostgreSQL 15.14 at localhost:5432`. */
  readonly name: string;
  /** As the server's `server_version_num`: 180003. */
  readonly versionNumber: number;
  /** Takes back what statements set for their session: a tool's next run has a new one. */
  reset(): Promise<void>;
  /** Begins the transaction that a tool would begin. */
  begin(): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Runs a statement without looking. Rejects with what the server says. */
  run(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<readonly Readonly<Record<string, unknown>>[]>;
  /** Runs a statement and says what it did. Within `begin`, or in a transaction of its own. */
  observe(
    sql: string,
    parameters?: readonly unknown[],
  ): Promise<{
    readonly rows: readonly Readonly<Record<string, unknown>>[];
    readonly observation: Observation;
  }>;
  /** For `Engine.capture`: what the schema has become. Closing it closes nothing. */
  readonly session: Session;
  close(): Promise<void>;
}
