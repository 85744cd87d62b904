import { setTimeout as sleepFor } from "node:timers/promises";
import { DIALECTS } from "@dbadvise/testkit";
import { describe, expect, it } from "vitest";
import { createPool } from "./create-pool.ts";
import { ENGINE_WORDS } from "./testing/engine-words.ts";
import { poolOnFake, sleep, watch } from "./testing/pool-on-fake.ts";

describe("evictAll", () => {
  it("replaces idle connections at once, and used ones when they come back", async () => {
    const { pool, connector, time, acquireAll } = poolOnFake({ max: 4, minIdle: 2 });
    const [held] = await acquireAll(1);
    expect(pool.stats()).toMatchObject({ idle: 2, used: 1 });
    const old = [...connector.clients];
    pool.evictAll();
    await time.advance(100);
    expect(pool.stats()).toMatchObject({ idle: 2, used: 1, closed: { evicted: 2 } });
    expect(held?.client.closed).toBe(false);
    held?.release();
    await time.advance(100);
    expect(old.map(({ closed }) => closed)).toEqual([true, true, true]);
    expect(pool.stats()).toMatchObject({ idle: 2, used: 0, closed: { evicted: 3 } });
    const next = watch(pool.acquire());
    await time.settle();
    expect(old).not.toContain(next.value?.client);
  });

  it("replaces those that are being checked, too", async () => {
    const { pool, time, acquireAll } = poolOnFake({ max: 1, validateAfterMs: 1 }, (at) => ({
      validate: () => sleep(at, 100),
    }));
    for (const lease of await acquireAll(1)) lease.release();
    await time.advance(10);
    const caller = watch(pool.acquire());
    await time.advance(10);
    pool.evictAll();
    await time.advance(200);
    expect(caller.value?.client.id).toBe(2);
  });
});

describe("suspend and resume", () => {
  it("lends nothing meanwhile, keeps what is lent, and serves in order afterwards", async () => {
    const { pool, time, acquireAll } = poolOnFake({ max: 2 });
    const [held] = await acquireAll(1);
    pool.suspend();
    expect(pool.stats().state).toBe("suspended");
    const served: number[] = [];
    const call = async (caller: number): Promise<void> => {
      const lease = await pool.acquire();
      served.push(caller);
      lease.release();
    };
    for (const caller of [1, 2, 3]) void call(caller);
    await held?.query("select 1");
    held?.release();
    await time.advance(1000);
    expect(served).toEqual([]);
    expect(pool.stats()).toMatchObject({ used: 0, idle: 1, waiting: 3 });
    pool.resume();
    await time.advance(10);
    expect(served).toEqual([1, 2, 3]);
  });

  it("keeps deadlines and signals while suspended", async () => {
    const { pool, time } = poolOnFake();
    pool.suspend();
    const abort = new AbortController();
    const late = watch(pool.acquire({ timeoutMs: 100 }));
    const aborted = watch(pool.acquire({ signal: abort.signal }));
    abort.abort(new Error("enough"));
    await time.advance(200);
    expect(late.error).toMatchObject({ code: "ACQUIRE_TIMEOUT" });
    expect(aborted.error).toEqual(new Error("enough"));
  });

  it("drains although it is suspended", async () => {
    const { pool, time, acquireAll } = poolOnFake();
    for (const lease of await acquireAll(2)) lease.release();
    pool.suspend();
    const drained = watch(pool.drain());
    await time.advance(10);
    expect(drained).toMatchObject({ settled: true, error: undefined });
    pool.resume();
    expect(pool.stats().state).toBe("closed");
  });
});

describe("stats", () => {
  it("is a picture that does not move, frozen to its depths", async () => {
    const { pool, acquireAll } = poolOnFake();
    const before = pool.stats();
    await acquireAll(1);
    expect(before).toMatchObject({ acquired: 0, used: 0, waitMs: { count: 0 } });
    expect(pool.stats()).toMatchObject({ acquired: 1, used: 1, waitMs: { count: 1 } });
    const parts = [before, before.closed, before.waitMs, before.waitMs.counts, before.usageMs];
    expect(parts.map(Object.isFrozen)).toEqual(parts.map(() => true));
  });
});

describe.each(DIALECTS)("on $name", ({ name, start }) => {
  const words = ENGINE_WORDS[name];

  it("leaves no session behind when it is drained in the middle of its first connects", async () => {
    const database = await start();
    const witness = createPool({ connector: words.connector(database), max: 1 });
    const sessions = async (): Promise<number> => {
      const { rows } = await witness.query<{ sessions: unknown }>(words.countSessions);
      return Number(rows[0]?.sessions);
    };
    try {
      for (const [at, pauseMs] of [0, 1, 3, 10, 30].entries()) {
        const connector = words.connector(database);
        const pool = createPool({ connector, max: 8, minIdle: 8, name: `init ${at}` });
        const caller = pool.acquire().then(
          (lease) => lease.release(),
          () => undefined,
        );
        await sleepFor(pauseMs);
        const drains = [pool.drain(), pool.drain(), pool[Symbol.asyncDispose]()];
        await Promise.all(drains);
        await caller;
        expect(pool.stats()).toMatchObject({ total: 0, state: "closed" });
      }
      await expect.poll(sessions, { timeout: 10_000 }).toBe(0);
    } finally {
      await witness.drain();
      await database.close();
    }
  }, 300_000);
});
