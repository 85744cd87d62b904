import type { CompiledQuery, DatabaseConnection, DialectAdapter, QueryCompiler } from "kysely";

/** What merging needs of a database: one for PostgreSQL, one for MySQL and MariaDB. */
export interface CoalescingEngine {
  /** Whether a Kysely dialect with this adapter speaks to its database. */
  accepts(adapter: DialectAdapter): boolean;
  /** Names, in lower case, of functions that change nothing and give the same result for all calls of one statement. */
  readonly safeFunctions: ReadonlySet<string>;
  /**
   * Learns how a query can be merged, by asking the database what needs to be known; once for each shape. The connection is
   * outside of any transaction, and is left as it was. Throws a {@link NotMergeable} with the reason.
   */
  prepare(
    query: CompiledQuery,
    compiler: QueryCompiler,
    connection: DatabaseConnection,
  ): Promise<MergePlan>;
  /**
   * Whose fault an error is: of values, or of anything else that may be otherwise the next time (`call`), of how the statement
   * is written (`statement`), or of the connection, on which nothing can be sent again.
   */
  faultOf(error: unknown): "call" | "statement" | "connection";
  /** Whether a statement leaves its connection with other meanings of names than a new one has: `SET search_path`. */
  changesNames(sql: string, parameters: readonly unknown[]): boolean;
}

/** How calls of one shape become one statement. */
export interface MergePlan {
  /** Calls in one statement, at most. */
  readonly maxCalls: number;
  /** Merges calls, at least two, by their parameters. Throws a {@link NotMergeable} where these values can't be. */
  merge(calls: readonly (readonly unknown[])[]): MergedStatement;
  /** How calls are merged that this plan can't take; without it they are sent as they are. */
  readonly otherwise?: MergePlan;
}

/** Many calls as one statement. */
export interface MergedStatement {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** Gives each call its rows, in the order of the calls: the rows that it would have got by itself. */
  split(rows: readonly Record<string, unknown>[]): Record<string, unknown>[][];
}

/** Why something is sent as it is, for {@link CoalescingReport}. */
export class NotMergeable extends Error {
  override readonly name = "NotMergeable";
}
