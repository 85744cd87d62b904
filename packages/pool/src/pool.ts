import type { QueryResult, TransactionMode } from "./connector.ts";
import type { AcquireOptions, Lease, QueryOptions } from "./lease.ts";
import type { PoolEvents } from "./pool-events.ts";
import type { PoolStats } from "./pool-stats.ts";

/** Connections to one server, lent one holder at a time. Made by `createPool`. */
export interface Pool<Client> extends AsyncDisposable {
  readonly name: string;
  /** Lends a healthy connection. Rejects with a {@link PoolError}, or the signal's reason. */
  acquire(options?: AcquireOptions): Promise<Lease<Client>>;
  /** Acquires, sends one statement, releases. */
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
    options?: AcquireOptions & QueryOptions,
  ): Promise<QueryResult<Row>>;
  /**
   * Runs `fn` in a transaction: commits when it resolves, rolls back when it rejects. With `retries`, a transaction that
   * the server ended for another one's sake (serialization failure, deadlock) is run again from the start.
   */
  transaction<Result>(
    fn: (lease: Lease<Client>) => Promise<Result>,
    options?: TransactionOptions,
  ): Promise<Result>;
  /**
   * New bounds, from now on. Fewer than are used: the rest is closed as it is released. Throws `INVALID_OPTIONS` where they
   * don't fit each other.
   */
  resize(size: { readonly max?: number; readonly minIdle?: number }): void;
  /** Lends nothing until {@link resume}: callers wait, their deadlines run on. Leases that are out stay. */
  suspend(): void;
  resume(): void;
  /** Closes every idle connection now, and used ones when they are released; new ones are opened as needed. */
  evictAll(): void;
  /**
   * Refuses new callers, serves those in line, waits for every lease, and closes everything. After `timeoutMs` (default 10,000) the
   * connections that are still lent are destroyed, and it rejects with `DRAIN_TIMEOUT`, which names their holders; who is
   * in line then is refused with `POOL_CLOSED`. A second call returns the same promise.
   */
  drain(options?: { readonly timeoutMs?: number }): Promise<void>;
  /** A frozen picture of now, and counters since the start. */
  stats(): PoolStats;
  /** Listens to an event; returns what ends that. */
  on<Name extends keyof PoolEvents>(name: Name, listener: PoolEvents[Name]): () => void;
}

/**
 * `signal` ends the wait for a connection, and keeps a transaction from being run again; what runs is cancelled by the
 * signal of each `lease.query`.
 */
export interface TransactionOptions extends AcquireOptions, TransactionMode {
  /** How often it may be run again after 40001, 40P01 (PostgreSQL), 1213, 1205 (MySQL). Default 0. */
  readonly retries?: number | undefined;
  /** Runs on the same connection after COMMIT. What it rejects with is that of `transaction`, though it is committed. */
  readonly afterCommit?: ((lease: Lease<unknown>) => Promise<void>) | undefined;
}
