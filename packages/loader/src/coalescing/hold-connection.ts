import type { ControlConnectionProvider, DatabaseConnection, Kysely } from "kysely";

/** One connection of a Kysely instance, held until it is let go. */
export interface HeldConnection {
  /** Kysely on this connection alone, for transactions. */
  readonly kysely: Kysely<unknown>;
  /** The driver's connection. Statements on it must be sent one after the other. */
  readonly connection: DatabaseConnection;
  /** Lends another connection, from which a statement on this one can be cancelled. */
  readonly another: ControlConnectionProvider;
  /** Resolves when the connection is back. */
  letGo(): Promise<void>;
}

/** Takes a connection out of the hands of Kysely's callbacks. Rejects where none can be had. */
export function holdConnection(db: Kysely<unknown>): Promise<HeldConnection> {
  return new Promise((resolve, reject) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const held = db.connection().execute(async (kysely) => {
      const connection = await kysely
        .getExecutor()
        .provideConnection((one) => Promise.resolve(one));
      resolve({
        kysely,
        connection,
        another: (consumer) => db.getExecutor().provideConnection(consumer),
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
