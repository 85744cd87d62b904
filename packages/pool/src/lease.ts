import type { QueryResult, TransactionMode } from "./connector.ts";

/** A connection that is lent to one holder until {@link Lease.release}. A second or late use throws `LEASE_ENDED`. */
export interface Lease<Client> {
  /** The driver's own client. What is done with it is seen by the pool: a session that it changed is reset. */
  readonly client: Client;
  /** Sends one statement. */
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
  /**
   * Sends one query object of the driver, which can be cancelled as those of `query` can. It must be sent before `send`
   * returns; the promise is that of its end.
   */
  run<Result>(send: (client: Client) => Promise<Result>, options?: QueryOptions): Promise<Result>;
  /** Starts a transaction, in one round trip where the server allows it. `Pool.transaction` does this, and the end of it. */
  begin(mode?: TransactionMode): Promise<void>;
  /** Rejects when the server rolled back instead. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Gives the connection back. With a reason it is closed instead of lent again. Throws on a second call. */
  release(retire?: Error): void;
  /** True until it is released or taken back. */
  readonly active: boolean;
  /** Releases it, unless that has been done. */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface QueryOptions {
  /** Cancels the statement on the server; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export interface AcquireOptions {
  /** Ends the wait; the promise rejects with the signal's reason. A connect that was begun for it goes on, for others. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds until the wait fails. Default: the pool's `acquireTimeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** Higher goes first; the same is first come, first served. Default 0. */
  readonly priority?: number | undefined;
  /** Whose rate limit it counts against (`rateLimit` of the pool). */
  readonly key?: string | undefined;
}
