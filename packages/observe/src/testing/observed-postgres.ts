import pg from "pg";
import { observeQuery, queriesAreObserved, type SentQuery } from "../query-channel.ts";
import type { Server } from "../query-message.ts";

/** A pool of `pg` whose clients report each query as the drivers of `@dbadvise/pool` do. */
export interface ObservedPostgres extends AsyncDisposable {
  readonly pool: pg.Pool;
  query(sql: string, parameters?: unknown[]): Promise<pg.QueryResult>;
  readonly server: Server;
}

/** Owns the database: it is closed with the pool. */
export function observedPostgres(database: {
  readonly url: string;
  close(): Promise<void>;
}): ObservedPostgres {
  const { hostname, port, pathname } = new URL(database.url);
  const server: Server = {
    system: "postgresql",
    host: hostname,
    port: Number(port),
    database: pathname.slice(1),
    role: "primary",
  };
  class ObservedClient extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config);
      // It may be terminated with its database while it says goodbye.
      this.on("error", () => undefined);
      const send = super.query.bind(this) as (
        sql: string,
        values: unknown[],
      ) => Promise<pg.QueryResult>;
      const query = async (sql: string, parameters: unknown[] = []): Promise<pg.QueryResult> => {
        const sent: SentQuery = { sql, parameters, server, pool: "main" };
        const observation = queriesAreObserved() ? observeQuery(sent) : undefined;
        try {
          const result = await send(sql, parameters);
          observation?.succeed(result.rowCount ?? undefined);
          return result;
        } catch (error) {
          observation?.fail(error);
          throw error;
        }
      };
      this.query = query as typeof this.query;
    }
  }
  const pool = new pg.Pool({ connectionString: database.url, max: 2, Client: ObservedClient });
  return {
    pool,
    // The pool's own `query` calls its clients back, which these don't offer.
    query: async (sql, parameters) => {
      const client = await pool.connect();
      try {
        return await client.query(sql, parameters);
      } finally {
        client.release();
      }
    },
    server,
    [Symbol.asyncDispose]: async () => {
      await pool.end();
      await database.close();
    },
  };
}
