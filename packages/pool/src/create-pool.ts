import { type Environment, systemEnvironment } from "./environment.ts";
import { keepHouse } from "./housekeeping.ts";
import { createLending } from "./lending.ts";
import { createPoolEmitter } from "./pool-emitter.ts";
import type { PoolOptions } from "./pool-options.ts";
import type { PoolStats } from "./pool-stats.ts";
import type { Pool } from "./pool.ts";
import { checkSize, resolveOptions } from "./resolve-options.ts";
import { runTransaction } from "./run-transaction.ts";

/**
 * Makes a pool. It connects nothing before the first acquire, but for `minIdle`. Throws `INVALID_OPTIONS`.
 *
 * @example
 * await using pool = createPool({ connector: postgres(process.env.DATABASE_URL), max: 20 });
 * const { rows } = await pool.query("select * from orders where id = $1", [42]);
 */
export function createPool<Client>(options: PoolOptions<Client>): Pool<Client> {
  return createPoolIn(options, systemEnvironment);
}

/** {@link createPool} with time and chance in the hands of a test. */
export function createPoolIn<Client>(
  options: PoolOptions<Client>,
  environment: Environment,
): Pool<Client> {
  const resolved = resolveOptions(options);
  const emitter = createPoolEmitter();
  const lending = createLending(resolved, environment, emitter);
  const house = keepHouse(resolved, lending, environment, emitter);
  let drained: Promise<void> | undefined;

  const acquire = lending.acquire;

  const query: Pool<Client>["query"] = async (sql, parameters = [], given) => {
    const lease = await acquire(given);
    try {
      return await lease.query(sql, parameters, given);
    } finally {
      lease.release();
    }
  };

  function drain({ timeoutMs = 10_000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    drained ??= lending.drain(timeoutMs).finally(house.stop);
    return drained;
  }

  function resize(size: { readonly max?: number; readonly minIdle?: number }): void {
    const max = size.max ?? lending.limit;
    checkSize(resolved.name, { max, minIdle: size.minIdle ?? Math.min(lending.minIdle, max) });
    house.setMax(max);
    lending.setSize({ limit: max, minIdle: size.minIdle });
  }

  function evictAll(): void {
    const error = new Error("evicted");
    for (const slot of lending.slots) {
      slot.doom ??= { reason: "evicted", error };
      if (slot.place === "idle") lending.retire(slot, "evicted");
    }
  }

  function stats(): PoolStats {
    const { state, breaker, opening, closing, minIdle, counters, waits, usages } = lending;
    return Object.freeze({
      name: resolved.name,
      ...lending.counts(),
      state,
      breaker,
      opening,
      closing,
      minIdle,
      ...counters,
      closed: Object.freeze({ ...counters.closed }),
      waitMs: waits.snapshot(),
      usageMs: usages.snapshot(),
      wantedSize: house.wantedSize(),
    });
  }

  return {
    name: resolved.name,
    acquire,
    query,
    transaction: (fn, given = {}) =>
      runTransaction(acquire, resolved.connector.mayRetry, environment, fn, given),
    resize,
    suspend: () => lending.suspend(true),
    resume: () => lending.suspend(false),
    evictAll,
    drain,
    stats,
    on: emitter.on,
    [Symbol.asyncDispose]: () => drain(),
  };
}
