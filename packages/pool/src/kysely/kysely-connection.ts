import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";
import type { QueryResult as DriverResult, TransactionMode } from "../connector.ts";
import type { AcquireOptions, QueryOptions } from "../lease.ts";

/** Where a Kysely driver has its connections from. */
export interface ConnectionSource {
  acquire(options?: AcquireOptions): Promise<SourceConnection>;
  /** `destroy()` of Kysely. */
  end(): Promise<void>;
}

/** What a Kysely driver does on a connection: that of a pool's lease, or of whatever stands in the place of one. */
export interface SourceConnection {
  query<Row>(query: CompiledQuery, options: QueryOptions): Promise<DriverResult<Row>>;
  /** Rows as they come, `chunkSize` at a time. Ends the query when it is left early. */
  stream(query: CompiledQuery, chunkSize: number): AsyncIterable<readonly unknown[]>;
  begin(mode: TransactionMode): Promise<void>;
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** With a reason it is closed instead of lent again. */
  release(retire?: Error): Promise<void>;
}

/** Sends a query and reads its rows as they come, `chunkSize` at a time. Ends the query when it is left early. */
export type StreamRows<Client> = (
  client: Client,
  query: CompiledQuery,
  chunkSize: number,
) => AsyncIterable<readonly unknown[]>;

/** A connection as Kysely sees it. */
export interface KyselyConnection extends DatabaseConnection {
  readonly source: SourceConnection;
  /** Why the connection must not be lent again. */
  broken: Error | undefined;
}

/**
 * Wraps a connection for Kysely. A signal reaches the server: the statement is cancelled there, whatever
 * `inflightQueryAbortStrategy` says, and the connection goes back only when the server has confirmed it.
 */
export function kyselyConnection(source: SourceConnection): KyselyConnection {
  return {
    source,
    broken: undefined,
    async executeQuery<R>(
      query: CompiledQuery,
      options: { readonly signal?: AbortSignal | undefined } = {},
    ): Promise<QueryResult<R>> {
      try {
        const { rows, changes } = await source.query<R>(query, options);
        return {
          rows: rows as R[],
          ...(changes === undefined ? {} : { numAffectedRows: BigInt(changes.affected) }),
          ...(changes?.changed === undefined ? {} : { numChangedRows: BigInt(changes.changed) }),
          ...(changes?.insertId === undefined ? {} : { insertId: changes.insertId }),
        };
      } catch (error) {
        // Kysely has told its caller of the abort already, and would print a second rejection on the console.
        if (options.signal?.aborted === true) return { rows: [] };
        throw error;
      }
    },
    async *streamQuery<R>(
      query: CompiledQuery,
      chunkSize: number,
    ): AsyncIterableIterator<QueryResult<R>> {
      for await (const rows of source.stream(query, chunkSize)) yield { rows: rows as R[] };
    },
    // The signal has cancelled the statement.
    cancelQuery: () => Promise.resolve(),
    killSession() {
      this.broken = new Error("The session was killed");
      return Promise.resolve();
    },
  };
}
