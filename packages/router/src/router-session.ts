import type { AcquireOptions, QueryOptions, QueryResult, TransactionMode } from "@dbadvise/pool";
import type { RouteOptions } from "./router.ts";

export type RunOptions = RouteOptions & AcquireOptions & QueryOptions;

/**
 * Statements in the order in which they were asked for. It begins with no connection: proved reads go to replicas, each to the one
 * that is best for it. The first statement that is not proved read-only takes a connection to the primary, and everything
 * after it goes there. A read-only transaction takes one to a replica until it ends.
 */
export interface RouterSession<Client> extends AsyncDisposable {
  query<Row = Record<string, unknown>>(
    sql: string,
    parameters?: readonly unknown[],
    options?: RunOptions,
  ): Promise<QueryResult<Row>>;
  /**
   * Sends one query object of the driver, before `send` returns; `sql` is its text, by which it is routed. `send` is called once more where
   * another server has to take it.
   */
  run<Result>(
    sql: string,
    send: (client: Client) => Promise<Result>,
    options?: RunOptions,
  ): Promise<Result>;
  /** A connection for one statement that is read bit by bit: a stream, a cursor. Everything else waits until it is let go. */
  hold(sql: string, options?: RunOptions): Promise<HeldClient<Client>>;
  /** With `readOnly`, and not serializable, on a replica. */
  begin(mode?: TransactionMode, options?: RunOptions): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** Ends it, after what is under way. With a reason its connection is closed instead of lent again. */
  release(retire?: Error): Promise<void>;
}

/** A connection of a session while one statement has it. */
export interface HeldClient<Client> {
  readonly client: Client;
  /** Why it is this server's: for `withRoute` of `@dbadvise/observe` around what is sent. */
  readonly reason: string;
  /** To be called once, when the statement has ended. */
  letGo(failure?: Error): Promise<void>;
}
