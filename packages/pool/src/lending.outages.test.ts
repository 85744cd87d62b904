import { describe, expect, it } from "vitest";
import type { PoolError } from "./pool-error.ts";
import { poolOnFake, sleep, watch } from "./testing/pool-on-fake.ts";

/** The database is away or slow. On a clock that the test moves, so that waits can be held to what they may be. */
describe("while the database is away", () => {
  it("serves callers that wait as soon as it is back, within one pause between connects", async () => {
    let down = true;
    const { pool, connector, time } = poolOnFake(
      { max: 4, backoffMs: { first: 100, last: 400 }, acquireTimeoutMs: 10_000 },
      () => ({ connect: () => (down ? Promise.reject(new Error("refused")) : Promise.resolve()) }),
    );
    const waits: number[] = [];
    const begun = time.now();
    for (let caller = 0; caller < 4; caller += 1) {
      void pool.acquire().then(() => waits.push(time.now() - begun));
    }
    await time.advance(3000);
    expect(waits).toEqual([]);
    down = false;
    await time.advance(500);
    expect(waits).toHaveLength(4);
    for (const ms of waits) expect(ms).toBeLessThanOrEqual(3400);
    expect(connector.connects).toBeLessThan(25);
    expect(pool.stats().breaker).toBe("closed");
  });

  it("keeps each caller's deadline, also when the database comes back later", async () => {
    let down = true;
    const { pool, time } = poolOnFake({ max: 1, backoffMs: { first: 100, last: 400 } }, () => ({
      connect: () => (down ? Promise.reject(new Error("refused")) : Promise.resolve()),
    }));
    const early = watch(pool.acquire({ timeoutMs: 1000 }));
    const late = watch(pool.acquire({ timeoutMs: 5000 }));
    await time.advance(1001);
    expect(early.error).toMatchObject({ code: "ACQUIRE_TIMEOUT" });
    expect((early.error as PoolError).elapsedMs).toBeLessThanOrEqual(1001);
    expect(late.settled).toBe(false);
    down = false;
    await time.advance(401);
    expect(late.value?.client.closed).toBe(false);
  });

  it("tells the last connect error, the time, the counts and the holders when a deadline passes", async () => {
    let failures = 0;
    const { pool, time, acquireAll } = poolOnFake({ max: 2, leakDetectionMs: 60_000 }, () => ({
      connect: (_, id) => {
        if (id === 1) return Promise.resolve();
        failures += 1;
        return Promise.reject(new Error(`refused ${failures}`));
      },
    }));
    await acquireAll(1);
    const caller = watch(pool.acquire({ timeoutMs: 700 }));
    await time.advance(800);
    const error = caller.error as PoolError;
    expect(failures).toBeGreaterThan(1);
    expect(error.cause).toEqual(new Error(`refused ${failures}`));
    expect(error.message).toContain(`the last connect failed: refused ${failures}`);
    expect(error.elapsedMs).toBe(700);
    expect(error.counts).toMatchObject({ total: 1, used: 1, waiting: 0, max: 2 });
    expect(error.holders).toEqual([{ heldMs: expect.any(Number), stack: expect.any(String) }]);
    expect(error.holders[0]?.heldMs).toBeGreaterThanOrEqual(700);
  });

  it("wakes the next in line when a connect has failed, though whoever began it has gone", async () => {
    const { pool, connector, time } = poolOnFake({ max: 1 }, (at) => ({
      connect: async (_, id) => {
        await sleep(at, 100);
        if (id === 1) throw new Error("reset by peer");
      },
    }));
    const abort = new AbortController();
    const first = watch(pool.acquire({ signal: abort.signal }));
    await time.advance(10);
    const next = watch(pool.acquire());
    abort.abort(new Error("enough"));
    await time.advance(500);
    expect(first.error).toEqual(new Error("enough"));
    expect(next.value?.client.id).toBe(2);
    expect(connector.connects).toBe(2);
  });

  it("keeps a connection that comes when nobody waits any more", async () => {
    const { pool, connector, time } = poolOnFake({ max: 1 }, (at) => ({
      connect: () => sleep(at, 200),
    }));
    const late = watch(pool.acquire({ timeoutMs: 50 }));
    await time.advance(60);
    expect(late.error).toMatchObject({ code: "ACQUIRE_TIMEOUT" });
    await time.advance(200);
    expect(pool.stats()).toMatchObject({ idle: 1, opened: 1, openFailures: 0 });
    const next = watch(pool.acquire());
    await time.settle();
    expect(next.value?.client).toBe(connector.clients[0]);
  });

  it("gives up a connect that takes too long, and tells so", async () => {
    const { pool, connector, time } = poolOnFake({ max: 1, connectTimeoutMs: 300 }, () => ({
      connect: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        }),
    }));
    const caller = watch(pool.acquire({ timeoutMs: 350 }));
    await time.advance(400);
    expect((caller.error as PoolError).cause).toEqual(new Error("not connected within 300 ms"));
    expect(connector.live).toBeLessThanOrEqual(1);
  });

  it("shuts down in the middle of its first connects", async () => {
    const { pool, connector, time } = poolOnFake({ max: 5, minIdle: 5 }, (at) => ({
      connect: ({ signal }, id) =>
        id % 2 === 0
          ? sleep(at, 1000)
          : new Promise((_, reject) => {
              signal.addEventListener("abort", () => reject(signal.reason as Error));
            }),
    }));
    await time.advance(10);
    expect(pool.stats().opening).toBe(2);
    const drained = watch(pool.drain());
    await time.advance(1100);
    expect(drained).toMatchObject({ settled: true, error: undefined });
    expect(connector.live).toBe(0);
    expect(connector.connects).toBe(2);
    expect(pool.stats()).toMatchObject({ state: "closed", total: 0 });
    await time.advance(60_000);
    expect(connector.connects).toBe(2);
  });

  it("serves those in line before it shuts down", async () => {
    const { pool, time } = poolOnFake({ max: 1 }, (at) => ({ connect: () => sleep(at, 300) }));
    const waiting = watch(pool.acquire());
    await time.advance(10);
    const drained = watch(pool.drain());
    await expect(pool.acquire()).rejects.toMatchObject({ code: "POOL_CLOSED" });
    await time.advance(400);
    expect(drained.settled).toBe(false);
    waiting.value?.release();
    await time.advance(10);
    expect(drained).toMatchObject({ settled: true, error: undefined });
  });
});
