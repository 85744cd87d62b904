import { EventEmitter } from "node:events";
import pg from "pg";
import { createPool } from "../create-pool.ts";
import type { Lease } from "../lease.ts";
import { PoolError } from "../pool-error.ts";
import type { Pool } from "../pool.ts";
import { postgres } from "../postgres.ts";
import { takeBackUnused } from "./take-back-unused.ts";
import {
  clientConfig,
  type PgPoolOptions,
  pgPoolOptions,
  sizeAndTimes,
} from "./pg-pool-options.ts";
import { isSubmittable, onSubmittableEnd, type Submittable } from "./submittable.ts";
import type { SendQuery } from "./instrument-queries.ts";
import { insidesOf } from "./client-insides.ts";

type ClientClass = new (config: pg.ClientConfig) => pg.Client;
type Release = (error?: unknown) => void;
type ConnectCallback = (
  error: unknown,
  client: pg.PoolClient | undefined,
  release: Release,
) => void;
type QueryCallback = (error: unknown, result?: unknown) => void;

/** `pg.Pool` on our own pool; `@dbadvise/pool/pg` gives it the types of the original. */
export class PgPool extends EventEmitter {
  readonly options: PgPoolOptions;
  readonly Client: ClientClass;
  readonly log: (...messages: unknown[]) => void;
  ending = false;
  ended = false;
  readonly #pool: Pool<pg.Client>;
  readonly #connectedAt = new WeakMap<pg.Client, number>();
  /** Connected, and not lent yet. */
  readonly #new = new WeakSet<pg.Client>();
  readonly #lent = new Map<pg.Client, Lease<pg.Client>>();

  constructor(config: pg.PoolConfig = {}, Client?: ClientClass) {
    super();
    this.options = pgPoolOptions(config);
    this.log = this.options.log ?? (() => {});
    this.Client = (config.Client as ClientClass | undefined) ?? Client ?? pg.Client;
    const connector = postgres(() => clientConfig(this.options), {
      Client: this.Client,
      onConnect: (client) => this.#onConnect(client),
    });
    const { description } = postgres(clientConfig(this.options));
    this.#pool = createPool({
      ...sizeAndTimes(this.options),
      connector: { ...connector, description },
      name: this.options.application_name ?? description,
    });
    this.#pool.on("idleError", (error, client) => this.#onIdleError(error, client as pg.Client));
    this.#pool.on("close", (client, reason) => {
      this.log("client removed", reason);
      this.emit("remove", client);
    });
  }

  get totalCount(): number {
    const { total, closing } = this.#pool.stats();
    return total - closing;
  }

  get idleCount(): number {
    return this.#pool.stats().idle;
  }

  get waitingCount(): number {
    return this.#pool.stats().waiting;
  }

  /** Lent clients that are older than `maxLifetimeSeconds`. */
  get expiredCount(): number {
    const { maxLifetimeSeconds } = this.options;
    if (maxLifetimeSeconds === 0) return 0;
    const oldest = performance.now() - maxLifetimeSeconds * 1000;
    let count = 0;
    for (const client of this.#lent.keys())
      if ((this.#connectedAt.get(client) ?? Infinity) <= oldest) count += 1;
    return count;
  }

  connect(callback?: ConnectCallback): Promise<pg.PoolClient> | undefined {
    const lent = this.#lend();
    if (callback === undefined) return lent;
    // In a tick of their own: what a callback throws is an uncaught exception, not a rejection.
    lent.then(
      (client) => process.nextTick(callback, undefined, client, client.release),
      (error: unknown) => process.nextTick(callback, error, undefined, () => {}),
    );
    return undefined;
  }

  query(query: unknown, values?: unknown, callback?: unknown): Promise<unknown> | undefined {
    const [parameters, done] =
      typeof values === "function" ? [undefined, values] : [values, callback];
    const result =
      typeof query === "function"
        ? Promise.reject(
            new Error("Passing a function as the first parameter to pool.query is not supported"),
          )
        : this.#run(query, parameters);
    const told = typeof query === "function" ? query : done;
    if (typeof told !== "function") return result;
    result.then(
      (given) => process.nextTick(told as QueryCallback, undefined, given),
      (error: unknown) => process.nextTick(told as QueryCallback, error),
    );
    return undefined;
  }

  end(callback?: (error?: Error) => void): Promise<void> | undefined {
    const ended = this.#end();
    if (callback === undefined) return ended;
    ended.then(
      () => process.nextTick(callback),
      (error: unknown) => process.nextTick(callback, error),
    );
    return undefined;
  }

  async #lend(): Promise<pg.PoolClient> {
    if (this.ending) throw new Error("Cannot use a pool after calling end on the pool");
    const lease = await this.#acquire();
    const client = lease.client as pg.PoolClient;
    this.#lent.set(client, lease);
    if (this.options.allowExitOnIdle) insidesOf(client).ref();
    let released = false;
    client.release = (error) => {
      if (released)
        throw new Error("Release called on client which has already been released to the pool.");
      released = true;
      this.#giveBack(client, lease, error, Boolean(error));
    };
    this.log("client acquired");
    try {
      this.emit("acquire", client);
      if (this.#new.delete(client)) await this.#verify(client);
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
    return client;
  }

  #acquire(): Promise<Lease<pg.Client>> {
    const { connectionTimeoutMillis } = this.options;
    if (!connectionTimeoutMillis) return this.#pool.acquire().catch(driverError);
    const abort = new AbortController();
    const timer = setTimeout(() => {
      // The words of `pg.Pool` for a connect that takes too long, and for a pool that is used up.
      const message =
        this.#lent.size === 0
          ? "Connection terminated due to connection timeout"
          : "timeout exceeded when trying to connect";
      abort.abort(new Error(message));
    }, connectionTimeoutMillis);
    return this.#pool
      .acquire({ signal: abort.signal })
      .catch(driverError)
      .finally(() => clearTimeout(timer));
  }

  async #verify(client: pg.PoolClient): Promise<void> {
    const { verify } = this.options;
    if (verify === undefined) return;
    await new Promise<void>((resolve, reject) => {
      verify(client, (error) => (error ? reject(error) : resolve()));
    });
  }

  #giveBack(client: pg.Client, lease: Lease<pg.Client>, error: unknown, retire: boolean): void {
    this.#lent.delete(client);
    if (this.options.allowExitOnIdle) insidesOf(client).unref();
    this.log("client released");
    this.emit("release", error, client);
    // It may have been taken back after `end()`.
    if (!lease.active) return;
    if (retire) lease.release(error instanceof Error ? error : new Error("released for removal"));
    else lease.release();
  }

  async #run(query: unknown, values: unknown): Promise<unknown> {
    const client = await this.#lend();
    const lease = this.#lent.get(client);
    let failure: unknown;
    try {
      return await (isSubmittable(query)
        ? submitted(client, query)
        : (client.query as SendQuery)(query, values));
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      // A statement that failed is no fault of its connection: the pool knows those that are.
      if (lease !== undefined) this.#giveBack(client, lease, failure, false);
    }
  }

  async #end(): Promise<void> {
    if (this.ending) throw new Error("Called end on pool more than once");
    this.ending = true;
    const stop = takeBackUnused(this.#lent);
    try {
      await this.#pool.drain({ timeoutMs: Number.POSITIVE_INFINITY });
    } finally {
      stop();
      this.ended = true;
    }
  }

  async #onConnect(client: pg.Client): Promise<void> {
    const again = this.#connectedAt.has(client);
    if (again && this.listenerCount("connect") > 0) {
      // What the listeners set in the session is gone, and they are told of new clients only.
      throw new Error("A session that `connect` listeners set up can't be reset.");
    }
    await this.options.onConnect?.(client);
    if (again) return;
    this.#connectedAt.set(client, performance.now());
    this.#new.add(client);
    this.log("new client connected");
    this.emit("connect", client);
    if (this.options.allowExitOnIdle) insidesOf(client).unref();
  }

  /** Unlike `pg.Pool` without a listener, it doesn't end the process: the client is replaced already. */
  #onIdleError(error: Error, client: pg.Client): void {
    if (this.listenerCount("error") > 0)
      this.emit("error", Object.assign(error, { client }), client);
  }
}

// Libraries tell a pool from a client by `instanceof pg.Pool` (Drizzle does, to run a transaction on one client).
Object.setPrototypeOf(PgPool.prototype, pg.Pool.prototype);

/** What the driver said, where our own pool only reports it. */
function driverError(error: unknown): never {
  if (error instanceof PoolError && error.code === "UNAVAILABLE" && error.cause instanceof Error)
    throw error.cause;
  throw error;
}

/** Runs a query object to its end. */
function submitted(client: pg.Client, query: Submittable): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let result: unknown;
    onSubmittableEnd(query, (error) => {
      if (error === undefined) process.nextTick(() => resolve(result));
      else reject(error);
    });
    // A `pg.Query` has its result by the callback; a cursor has none.
    (client.query as SendQuery)(query, (_: unknown, given: unknown) => {
      result = given;
    });
  });
}
