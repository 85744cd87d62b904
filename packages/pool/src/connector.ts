import type { DatabaseSystem, Server, ServerRole } from "@dbadvise/observe";

/** Rows of a statement, as the driver reads them. */
export interface QueryResult<Row = Record<string, unknown>> {
  readonly rows: readonly Row[];
  /** Rows returned or changed; `undefined` where the server doesn't say. */
  readonly rowCount: number | undefined;
  /** Only for a statement that changes rows: what it did. */
  readonly changes?: Changes | undefined;
}

/** What INSERT, UPDATE, DELETE or MERGE did. */
export interface Changes {
  /** Rows inserted, deleted, or matched by an update. */
  readonly affected: number;
  /** Rows that are not what they were (MySQL). */
  readonly changed?: number | undefined;
  /** The first AUTO_INCREMENT value of an INSERT (MySQL). */
  readonly insertId?: bigint | undefined;
}

/** What the pool gives a connector for one attempt. */
export interface ConnectOptions {
  /** Aborts at the connect deadline, or when the pool is destroyed. What is half open then must be closed. */
  readonly signal: AbortSignal;
  /** Name of the pool, for the messages of `@dbadvise/observe`. */
  readonly pool: string;
  readonly role: ServerRole;
  /**
   * The connection is of no more use: the server or the network ended it, or an error of it means that it must retire
   * (57P01, 08xxx, 25006, 1290, ...). May be called more than once, also during a query.
   */
  onRetire(reason: string, error: Error): void;
}

/**
 * What the pool asks of one connection. The driver's own client is inside; everything else is how the pool keeps it
 * healthy, without knowing SQL.
 */
export interface Connection<Client> {
  readonly client: Client;
  readonly server: Server;
  /**
   * Sends one statement and publishes it to `@dbadvise/observe`. An abort cancels the statement on the server, waits for
   * the server's word (or loses the connection), and rejects with the signal's reason.
   */
  query<Row>(
    sql: string,
    parameters: readonly unknown[],
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<QueryResult<Row>>;
  /** As `query`, for what the driver's own client sends: one query object, to be sent before `send` returns. */
  run<Result>(
    send: (client: Client) => Promise<Result>,
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<Result>;
  /** `performance.now()` when the server was last heard: the end of the last statement, or of connecting. */
  lastHeard(): number;
  /**
   * Known without a round trip, from what was sent and what the server told:
   * `clean`: as after connecting. `dirty`: a transaction is open, or the session was changed: {@link reset} mends it.
   * `busy`: a statement is still running, or the connection has ended: only closing mends it.
   */
  state(): "clean" | "dirty" | "busy";
  /** Back to the state after connecting: ROLLBACK and DISCARD ALL, or COM_RESET_CONNECTION. Rejects where that fails. */
  reset(): Promise<void>;
  /** A round trip. Rejects where the server doesn't answer; the pool has its own deadline beside it. */
  validate(): Promise<void>;
  /**
   * Asks the server over another connection whether it is at work for this one. `false` where it waits for this side, or
   * knows nothing of it: what is waited for here will not come. Rejects where the server can't be asked.
   */
  isWorking(signal: AbortSignal): Promise<boolean>;
  /**
   * Says goodbye and closes the socket; resolves when it is closed, whatever the server does: after a grace (default
   * 1000 ms) or with `now` it is destroyed. Never rejects.
   */
  close(options?: { readonly now?: boolean }): Promise<void>;
  /** Starts a transaction, and ends it. */
  begin(options: TransactionMode): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
}

export interface TransactionMode {
  readonly isolation?: IsolationLevel | undefined;
  readonly readOnly?: boolean | undefined;
}

export type IsolationLevel =
  | "read uncommitted"
  | "read committed"
  | "repeatable read"
  | "serializable";

/** One server and its driver: made by `postgres(...)` of `@dbadvise/pool/postgres` or `mysql(...)` of `/mysql`. */
export interface Connector<Client> {
  readonly system: DatabaseSystem;
  /** Where it leads, for messages: host, port and database, never the password. */
  readonly description: string;
  /** Opens one connection. Rejects with the driver's error. */
  connect(options: ConnectOptions): Promise<Connection<Client>>;
  /** A transaction that ended with this error may be run again: 40001, 40P01; 1213, 1205. */
  mayRetry(error: unknown): boolean;
  /** A connect error that waiting does not mend: wrong password, unknown database or host name, refused certificate. */
  isPermanent(error: unknown): boolean;
}
