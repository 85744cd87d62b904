import type { DatabaseSystem } from "@dbadvise/observe";
import type { Lease, QueryOptions, QueryResult } from "@dbadvise/pool";
import type { Coverage, Position } from "./position.ts";
import type { Verdict } from "./verdict.ts";

/** What a server says of itself, in one round trip. */
export interface ServerState {
  /** A server that replicates from another is a replica, also where it would take writes. */
  readonly role: "primary" | "replica";
  /** Which server it is, the same through whatever name or address it was reached, and no other's. */
  readonly server: string;
  /** A primary's newest write; what a replica has replayed. */
  readonly position: Position;
}

/** What routing needs of a database: made by `postgres()`, `mysql()` or `mariadb()`. */
export interface RouterDialect<Client> {
  readonly system: DatabaseSystem;
  /** Whether a text is proved to change nothing, not even what a standby would silently accept. Remembers its verdicts. */
  classify(sql: string): Verdict;
  /** The server refused a text as a write: from now on that text goes to the primary. */
  learnWrite(sql: string): void;
  readState(lease: Lease<Client>): Promise<ServerState>;
  /**
   * The place of what was just committed on this connection. Called after COMMIT, or after a statement outside of a
   * transaction: a place read earlier can lie before the commit.
   */
  positionAfterWrite(lease: Lease<Client>): Promise<Position>;
  /** Whether a server at `bound` has everything up to `wanted`. */
  covers(bound: Position, wanted: Position): Coverage;
  /**
   * Of two servers that both take writes, whose history is newer: above 0 for `a`'s, below for `b`'s, 0 where the epochs do not say.
   * PostgreSQL: a promotion begins a higher timeline. MySQL and MariaDB: 0.
   */
  compareEpochs(a: Position, b: Position): number;
  /**
   * Whether a primary that followed the epoch of `wanted` until it was promoted, and is at `now` of a later one, had reached `wanted` by then.
   * Only where `covers` can't know.
   */
  hasSurvived?(lease: Lease<Client>, wanted: Position, now: Position): Promise<boolean>;
  /** The place that covers both. */
  merge(a: Position, b: Position): Position;
  /**
   * Sends a query together with the question whether the server has reached `wanted`, in one flight, before it returns. `undefined` where
   * it has not, or can't know in one flight: the query's rows, if any, are dropped.
   */
  queryAt<Row>(
    lease: Lease<Client>,
    wanted: Position,
    sql: string,
    parameters: readonly unknown[],
    options: QueryOptions,
  ): Promise<QueryResult<Row> | undefined>;
  /** Waits on the server until it has reached `wanted`, for `timeoutMs` at most. */
  waitFor(lease: Lease<Client>, wanted: Position, timeoutMs: number): Promise<Coverage>;
  /** Refused because the server is read-only: 25006; 1290, 1792, 1836. The statement changed nothing. */
  isReadOnlyRefusal(error: unknown): boolean;
  /** The caller's own doing (constraint, syntax, cancel): it says nothing about the server's health. */
  isCallersError(error: unknown): boolean;
}
