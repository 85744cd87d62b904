import mysql from "mysql2";
import type { PoolOptions } from "../pool-options.ts";

/** Options of mysql2's `createPool`, and the one that it lacks. */
export interface MysqlPoolOptions extends mysql.PoolOptions {
  /** Milliseconds that a caller waits for a connection at most (mysql2 #4497, #4498). Default: for ever. */
  acquireTimeout?: number;
}

/** Options as mysql2's users read them from `pool.config`, defaults in place. */
export interface MysqlPoolConfig {
  readonly connectionConfig: ConnectionConfig;
  readonly connectionLimit: number;
  readonly maxIdle: number;
  readonly idleTimeout: number;
  readonly queueLimit: number;
  readonly waitForConnections: boolean;
  readonly resetOnRelease: boolean;
  readonly acquireTimeout: number;
}

/** mysql2's own reading of connection options. */
export interface ConnectionConfig {
  readonly host: string;
  readonly port: number;
  readonly database: string | undefined;
  readonly connectTimeout: number;
  readonly stringifyObjects: boolean;
  readonly timezone: mysql.Timezone;
  readonly namedPlaceholders: boolean;
  readonly gracefulEnd: boolean;
}

/** Which the types of mysql2 leave out. */
const { ConnectionConfig: ConnectionConfigClass } = mysql as unknown as {
  readonly ConnectionConfig: {
    new (options: mysql.ConnectionOptions): ConnectionConfig;
    parseUrl(url: string): mysql.PoolOptions;
  };
};

/** Connections where `connectionLimit` is 0, which is none: more than any server allows. */
const NO_LIMIT = 100_000;

/** Options in one object; those beside a URI go before those in it. */
export function readOptions(given: string | MysqlPoolOptions): MysqlPoolOptions {
  if (typeof given === "string") return ConnectionConfigClass.parseUrl(given);
  if (given.uri === undefined) return { ...given };
  const { uri, ...own } = given;
  const set = Object.entries(own).filter(([, value]) => Boolean(value));
  return { ...own, ...ConnectionConfigClass.parseUrl(uri), ...Object.fromEntries(set) };
}

/** The defaults of mysql2. */
export function mysqlPoolConfig(options: MysqlPoolOptions): MysqlPoolConfig {
  const connectionLimit = numberOr(options.connectionLimit, 10);
  return {
    connectionConfig: new ConnectionConfigClass(connectionOptions(options)),
    connectionLimit,
    maxIdle: numberOr(options.maxIdle, connectionLimit),
    idleTimeout: numberOr(options.idleTimeout, 60_000),
    queueLimit: numberOr(options.queueLimit, 0),
    waitForConnections: options.waitForConnections ?? true,
    resetOnRelease: options.resetOnRelease ?? false,
    acquireTimeout: numberOr(options.acquireTimeout, Number.POSITIVE_INFINITY),
  };
}

/** What one connection is made with. The deadline of a connect is the pool's own. */
export function connectionOptions(options: MysqlPoolOptions): mysql.ConnectionOptions {
  const { acquireTimeout: _, connectTimeout: __, ...rest } = options;
  return rest;
}

/** The same behaviour in terms of our own pool. */
export function sizeAndTimes(
  config: MysqlPoolConfig,
): Omit<PoolOptions<mysql.Connection>, "connector" | "name"> {
  const { connectionLimit, maxIdle, idleTimeout, acquireTimeout } = config;
  const { connectTimeout } = config.connectionConfig;
  return {
    max: connectionLimit === 0 ? NO_LIMIT : connectionLimit,
    // mysql2 lets connections idle for ever unless there may be fewer idle ones than connections.
    idleTimeoutMs: maxIdle < connectionLimit ? idleTimeout : 0,
    acquireTimeoutMs: acquireTimeout,
    connectTimeoutMs: connectTimeout > 0 ? connectTimeout : 10_000,
    // A connect that fails is told to whoever waits, at once.
    breakerFailures: 1,
  };
}

function numberOr(value: unknown, otherwise: number): number {
  return value === undefined || Number.isNaN(Number(value)) ? otherwise : Number(value);
}
