import { EventEmitter } from "node:events";
import mysql, { type Connection } from "mysql2";
import promises from "mysql2/promise";
import { createPool } from "../create-pool.ts";
import type { Lease } from "../lease.ts";
import { mysql as connectorOf } from "../mysql.ts";
import { PoolError } from "../pool-error.ts";
import type { Pool } from "../pool.ts";
import type { Command, MysqlDriver } from "./mysql-driver.ts";
import {
  connectionOptions,
  type MysqlPoolConfig,
  type MysqlPoolOptions,
  mysqlPoolConfig,
  readOptions,
  sizeAndTimes,
} from "./mysql-pool-options.ts";
import { toPoolConnection } from "./pool-connection.ts";
import { failCommand, queryOnLease } from "./query-on-lease.ts";

type ConnectionCallback = (error: unknown, connection?: mysql.PoolConnection) => void;
type ResultCallback = (error: unknown, result?: unknown, fields?: unknown) => void;

const { PromisePool } = promises as unknown as {
  readonly PromisePool: new (pool: MysqlPool, promise?: PromiseConstructor) => promises.Pool;
};
const createQuery = mysql.Connection.createQuery as unknown as (
  ...given: readonly [unknown, unknown, unknown, unknown]
) => Command & { namedPlaceholders?: boolean };

/** How often connections above `maxIdle` are looked for, as in mysql2. */
const MAX_IDLE_EVERY_MS = 1000;

/** mysql2's pool on our own; `@dbadvise/pool/mysql2` gives it the types of the original. */
export class MysqlPool extends EventEmitter {
  readonly config: MysqlPoolConfig;
  readonly #pool: Pool<Connection>;
  readonly #known = new WeakSet<Connection>();
  readonly #lent = new Map<Connection, Lease<Connection>>();
  #closed = false;
  #warned = false;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(given: string | MysqlPoolOptions) {
    super();
    const options = readOptions(given);
    this.config = mysqlPoolConfig(options);
    const connector = connectorOf(connectionOptions(options), {
      onConnect: (client) => this.#onConnect(client),
    });
    this.#pool = createPool({ ...sizeAndTimes(this.config), connector });
    const { maxIdle, connectionLimit } = this.config;
    if (maxIdle < connectionLimit) {
      this.#idleTimer = setInterval(() => void this.#closeIdleAbove(maxIdle), MAX_IDLE_EVERY_MS);
      this.#idleTimer.unref();
    }
  }

  getConnection(callback: ConnectionCallback): void {
    this.#lend(
      (lease) => process.nextTick(callback, null, lease.client),
      (error) => callback(error),
    );
  }

  releaseConnection(connection: mysql.PoolConnection | promises.PoolConnection): void {
    connection.release();
  }

  /** Like mysql2's it returns the query object at once, for its events and `stream()`. */
  query(sql: unknown, values?: unknown, callback?: unknown): Command {
    const { connectionConfig } = this.config;
    const command = createQuery(sql, values, callback, connectionConfig);
    command.namedPlaceholders ??= connectionConfig.namedPlaceholders;
    this.#lend(
      (lease) => queryOnLease(lease.client, command, () => this.#giveBack(lease)),
      (error) => failCommand(command, error),
    );
    return command;
  }

  execute(sql: unknown, values: unknown, callback?: unknown): void {
    const [parameters, done] = typeof values === "function" ? [[], values] : [values, callback];
    const tell = done as ResultCallback;
    this.#lend((lease) => {
      const finish: ResultCallback = (...result) => {
        this.#giveBack(lease);
        tell(...result);
      };
      try {
        (lease.client as unknown as MysqlDriver).execute(sql, parameters, finish);
      } catch (error) {
        process.nextTick(finish, error);
      }
    }, tell);
  }

  /**
   * Lends nothing any more, waits for the connections that are lent, up to ten seconds, and closes them all. What is in line
   * already is still served.
   */
  end(callback: (error?: unknown) => void = () => {}): void {
    this.#closed = true;
    clearInterval(this.#idleTimer);
    this.#pool.drain().then(
      () => process.nextTick(callback),
      (error: Error) => {
        // They are closed all the same, and mysql2 doesn't call that an error.
        process.emitWarning(error);
        process.nextTick(callback);
      },
    );
  }

  [Symbol.dispose](): void {
    if (!this.#closed) this.end();
  }

  promise(promise?: PromiseConstructor): promises.Pool {
    return new PromisePool(this, promise);
  }

  format(sql: string, values?: unknown): string {
    const { stringifyObjects, timezone } = this.config.connectionConfig;
    return mysql.format(sql, values as never, stringifyObjects, timezone);
  }

  escape(value: unknown): string {
    const { stringifyObjects, timezone } = this.config.connectionConfig;
    return mysql.escape(value as never, stringifyObjects, timezone);
  }

  escapeId(value: string | string[]): string {
    return mysql.escapeId(value, false);
  }

  /**
   * Callbacks of users are called in a tick of their own: what they throw is an uncaught exception, not a rejection. What
   * `use` calls at once is none.
   */
  #lend(use: (lease: Lease<Connection>) => void, refuse: (error: unknown) => void): void {
    try {
      this.#admit();
    } catch (error) {
      process.nextTick(refuse, error);
      return;
    }
    const lent = (lease: Lease<Connection>): void => {
      this.#lent.set(lease.client, lease);
      this.emit("acquire", lease.client);
      use(lease);
    };
    this.#pool.acquire().then(lent, (error: unknown) => process.nextTick(refuse, asMysql2(error)));
  }

  /** Refuses what mysql2 refuses, in its words. */
  #admit(): void {
    if (this.#closed) throw new Error("Pool is closed.");
    const { waitForConnections, queueLimit } = this.config;
    if (waitForConnections && queueLimit === 0 && this.listenerCount("enqueue") === 0) return;
    const { idle, total, closing, opening, waiting, max } = this.#pool.stats();
    // Those for whom a connection is being opened are not in the queue.
    if (idle + opening > waiting || total - closing < max) return;
    if (!waitForConnections) throw new Error("No connections available.");
    if (queueLimit > 0 && waiting - opening >= queueLimit) throw new Error("Queue limit reached.");
    this.emit("enqueue");
  }

  #onConnect(client: Connection): void {
    if (this.#known.has(client)) {
      // What the listeners set in the session is gone, and they are told of new connections only.
      if (this.listenerCount("connection") === 0) return;
      throw new Error("A session that `connection` listeners set up can't be reset");
    }
    this.#known.add(client);
    toPoolConnection(client, {
      release: () => this.#release(client),
      destroyed: () => this.#release(client, new Error("destroyed by its holder")),
    });
    this.emit("connection", client);
  }

  /** What the connection's own methods do: they know no lease. */
  #release(client: Connection, retire?: Error): void {
    const lease = this.#lent.get(client);
    if (lease !== undefined) this.#giveBack(lease, retire);
    else if (retire === undefined) this.#warnOfSecondRelease();
  }

  #giveBack(lease: Lease<Connection>, retire?: Error): void {
    const { client } = lease;
    if (this.#lent.get(client) !== lease) return;
    this.#lent.delete(client);
    // It may have been taken back at the end of the pool.
    if (lease.active) lease.release(retire);
    this.emit("release", client);
  }

  async #closeIdleAbove(maxIdle: number): Promise<void> {
    while (!this.#closed) {
      const { idle, waiting } = this.#pool.stats();
      if (idle <= maxIdle || waiting > 0) return;
      const lease = await this.#pool.acquire();
      lease.release(new Error("more idle connections than maxIdle"));
    }
  }

  /** mysql2 ignores it. Where the connection was lent again meanwhile it would take it away from its new holder. */
  #warnOfSecondRelease(): void {
    if (this.#warned) return;
    this.#warned = true;
    process.emitWarning(
      new Error(
        "connection.release() was called on a connection that is not lent: released twice?",
      ),
    );
  }
}

/** mysql2's words for what our own pool refuses, and the driver's own error where the server can't be reached. */
function asMysql2(error: unknown): unknown {
  if (!(error instanceof PoolError)) return error;
  if (error.code === "POOL_CLOSED") return new Error("Pool is closed.", { cause: error });
  return error.code === "UNAVAILABLE" && error.cause instanceof Error ? error.cause : error;
}
