import type { DatabaseConnection, Kysely } from "kysely";

/** One connection of a Kysely instance, held until it is let go. */
export interface HeldConnection {
  /** Kysely on this connection alone. */
  readonly kysely: Kysely<unknown>;
  readonly connection: DatabaseConnection;
  /** Resolves when the connection is back. */
  letGo(): Promise<void>;
}

/** Takes a connection out of the hands of Kysely's callbacks. Rejects where none can be had. */
export function holdConnection(db: Kysely<unknown>): Promise<HeldConnection> {
  return new Promise((resolve, reject) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const held = db.connection().execute(async (kysely) => {
      resolve({
        kysely,
        connection: connectionOf(kysely),
        letGo: () => {
          release();
          return held;
        },
      });
      await released;
    });
    held.catch(reject);
  });
}

/** What Kysely on one connection, or in one transaction, sends as it is. */
export function connectionOf(kysely: Kysely<unknown>): DatabaseConnection {
  const executor = kysely.getExecutor();
  return {
    executeQuery: (query, options) => executor.executeQuery(query, options) as Promise<never>,
    streamQuery: (query, chunkSize, options) =>
      executor.stream(query, chunkSize, options) as AsyncIterableIterator<never>,
  };
}
