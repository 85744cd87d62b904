import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely";
import type { Lease } from "../lease.ts";

/** Sends a query and reads its rows as they come, `chunkSize` at a time. Ends the query when it is left early. */
export type StreamRows<Client> = (
  client: Client,
  query: CompiledQuery,
  chunkSize: number,
) => AsyncIterable<readonly unknown[]>;

/** A lease as Kysely sees it. */
export interface LeaseConnection<Client> extends DatabaseConnection {
  readonly lease: Lease<Client>;
  /** Why the connection must not be lent again. */
  broken: Error | undefined;
}

/**
 * Wraps a lease for Kysely. A signal reaches the server: the statement is cancelled there, whatever
 * `inflightQueryAbortStrategy` says, and the connection goes back only when the server has confirmed it.
 */
export function leaseConnection<Client>(
  lease: Lease<Client>,
  streamRows: StreamRows<Client>,
): LeaseConnection<Client> {
  return {
    lease,
    broken: undefined,
    async executeQuery<R>(
      { sql, parameters }: CompiledQuery,
      options: { readonly signal?: AbortSignal | undefined } = {},
    ): Promise<QueryResult<R>> {
      try {
        const { rows, changes } = await lease.query<R>(sql, parameters, options);
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
      for await (const rows of streamRows(lease.client, query, chunkSize)) {
        yield { rows: rows as R[] };
      }
    },
    // The signal has cancelled the statement.
    cancelQuery: () => Promise.resolve(),
    killSession() {
      this.broken = new Error("The session was killed");
      return Promise.resolve();
    },
  };
}
