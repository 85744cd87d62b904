import type pg from "pg";
import type { PoolOptions } from "../pool-options.ts";

/** Options of `pg.Pool` as its users read them from `pool.options`, defaults in place. */
export interface PgPoolOptions extends pg.PoolOptions {
  password?: pg.PoolConfig["password"];
  /** Awaited, which the types of `pg` don't say. */
  onConnect?: ((client: pg.ClientBase) => unknown) | undefined;
}

/**
 * Milliseconds for a connect where `connectionTimeoutMillis` sets no bound: about what an operating system takes to give
 * up, so that a server that wakes slowly is still waited for, as `pg.Pool` does.
 */
const CONNECT_TIMEOUT_MS = 120_000;

/** The defaults of `pg.Pool`. Secrets are not enumerable, so that nobody prints them with the pool. */
export function pgPoolOptions(given: pg.PoolConfig & { poolSize?: number }): PgPoolOptions {
  const options: PgPoolOptions = {
    ...given,
    max: given.max || given.poolSize || 10,
    min: given.min ?? 0,
    maxUses: given.maxUses || Number.POSITIVE_INFINITY,
    allowExitOnIdle: given.allowExitOnIdle ?? false,
    maxLifetimeSeconds: given.maxLifetimeSeconds ?? 0,
    idleTimeoutMillis: given.idleTimeoutMillis === undefined ? 10_000 : given.idleTimeoutMillis,
  };
  if ("password" in given) hide(options, "password");
  if (typeof given.ssl === "object" && given.ssl.key !== undefined) hide(given.ssl, "key");
  return options;
}

function hide(object: object, property: string): void {
  Object.defineProperty(object, property, { enumerable: false });
}

/** What a client is configured with. The deadline of a connect is the pool's own. */
export function clientConfig(options: PgPoolOptions): pg.ClientConfig {
  const { connectionTimeoutMillis: _, ...config } = options;
  return { ...config, password: options.password };
}

/** The same behaviour in terms of our own pool. */
export function sizeAndTimes(
  options: PgPoolOptions,
): Omit<PoolOptions<pg.Client>, "connector" | "name"> {
  return {
    max: options.max,
    minIdle: Math.min(options.min ?? 0, options.max),
    maxUses: options.maxUses,
    idleTimeoutMs: options.idleTimeoutMillis ?? 0,
    maxLifetimeMs: options.maxLifetimeSeconds * 1000,
    // Callers set the bounds of their own waits; a connect goes on a little longer, so that theirs is told first.
    acquireTimeoutMs: Number.POSITIVE_INFINITY,
    connectTimeoutMs: options.connectionTimeoutMillis
      ? options.connectionTimeoutMillis + 100
      : CONNECT_TIMEOUT_MS,
    // A connect that fails is told to whoever waits, at once.
    breakerFailures: 1,
  };
}
