import { Connection } from "mysql2";
import promises from "mysql2/promise";

/** What a pool does when its connection is told so. */
export interface PoolConnectionHooks {
  /** Gives it back. */
  release(): void;
  /** It is about to be destroyed. */
  destroyed(): void;
}

const { PromisePoolConnection } = promises as unknown as {
  readonly PromisePoolConnection: new (
    connection: Connection,
    promise?: PromiseConstructor,
  ) => promises.PoolConnection;
};

/**
 * Gives a client the methods by which mysql2's pool connections differ from others. It stays the same object from one holder to
 * the next, as there: Kysely and others keep what they know of a connection by its identity.
 */
export function toPoolConnection(client: Connection, hooks: PoolConnectionHooks): void {
  const { gracefulEnd } = client.config;
  const methods: Record<string | symbol, unknown> = {
    release: () => hooks.release(),
    [Symbol.dispose]: () => hooks.release(),
    destroy: () => {
      Connection.prototype.destroy.call(client);
      hooks.destroyed();
    },
    end: (callback?: () => void) => {
      if (gracefulEnd === true) {
        Connection.prototype.end.call(client, callback);
        hooks.destroyed();
        return;
      }
      // Deprecated there for years, and still how some code gives connections back.
      client.emit(
        "warn",
        new Error("connection.end() gives a pooled connection back: use release()"),
      );
      hooks.release();
      callback?.();
    },
    promise: (promise?: PromiseConstructor) => new PromisePoolConnection(client, promise),
  };
  for (const name of Reflect.ownKeys(methods)) {
    Object.defineProperty(client, name, {
      value: methods[name],
      configurable: true,
      writable: true,
    });
  }
}
