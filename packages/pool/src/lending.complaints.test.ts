import { describe, expect, it } from "vitest";
import type { PoolError } from "./pool-error.ts";
import { poolOnFake, sleep, watch } from "./testing/pool-on-fake.ts";

/** What users of other pools have met: each test names the issue. About the pool alone, on a clock that the test moves. */
describe("complaints about pools", () => {
  it.each([0, 500])(
    "never has more sockets than max while closing takes %d ms (generic-pool #103, #233)",
    async (closeMs) => {
      const { connector, pool, time } = poolOnFake({ max: 3 }, (at) => ({
        close: () => sleep(at, closeMs),
      }));
      for (let round = 0; round < 30; round += 1) {
        void pool
          .acquire({ timeoutMs: 60_000 })
          .then((lease) => lease.release(new Error("broken")));
      }
      await time.advance(60_000);
      expect(pool.stats().acquired).toBe(30);
      expect(connector.peak).toBeLessThanOrEqual(3);
      expect(connector.live).toBe(0);
    },
  );

  it("knocks at a dead server a few times a second, not thousands (generic-pool #175, #183, #273; sqlx #3051)", async () => {
    const { connector, pool, time } = poolOnFake({ max: 10 }, () => ({
      connect: () => Promise.reject(new Error("refused")),
    }));
    const callers = Array.from({ length: 64 }, () => watch(pool.acquire({ timeoutMs: 2000 })));
    await time.advance(2100);
    expect(connector.connects).toBeLessThanOrEqual(20);
    expect(callers.every(({ settled }) => settled)).toBe(true);
    expect(callers[0]?.error).toMatchObject({
      code: "ACQUIRE_TIMEOUT",
      cause: new Error("refused"),
    });
    expect(pool.stats().breaker).not.toBe("closed");
    await expect(pool.acquire()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      cause: new Error("refused"),
    });
  });

  it("survives a connect that throws at once (generic-pool #193)", async () => {
    let calls = 0;
    const { pool, time } = poolOnFake({ max: 1 }, () => ({
      connect: () => {
        calls += 1;
        if (calls === 1) throw new Error("at once");
        return Promise.resolve();
      },
    }));
    const caller = watch(pool.acquire());
    await time.advance(1000);
    expect(caller.value?.client.id).toBe(2);
  });

  it("emits an idle connection's error and goes on without a listener (generic-pool #193)", async () => {
    const { connector, pool, time, acquireAll } = poolOnFake({ minIdle: 1 });
    for (const lease of await acquireAll(1)) lease.release();
    connector.lose(connector.clients[0]!, "57P01");
    await time.advance(100);
    expect(pool.stats()).toMatchObject({ idle: 1, closed: { "57P01": 1 } });
    const told: unknown[] = [];
    pool.on("idleError", (error) => told.push(error.message));
    connector.lose(connector.clients[1]!);
    expect(told).toEqual(["lost"]);
  });

  it("refills minIdle after the database was away (generic-pool #56)", async () => {
    let down = false;
    const { connector, pool, time } = poolOnFake({ minIdle: 3 }, () => ({
      connect: () => (down ? Promise.reject(new Error("refused")) : Promise.resolve()),
    }));
    await time.advance(100);
    expect(pool.stats().idle).toBe(3);
    down = true;
    for (const client of connector.clients) connector.lose(client);
    await time.advance(20_000);
    expect(pool.stats().total).toBeLessThanOrEqual(1);
    down = false;
    await time.advance(6000);
    expect(pool.stats()).toMatchObject({ idle: 3, breaker: "closed" });
  });

  it("says who holds the connections of a full pool (knex #2820, #4399)", async () => {
    const { pool, time, acquireAll } = poolOnFake({ max: 2, leakDetectionMs: 60_000 });
    await acquireAll(2);
    const caller = watch(pool.acquire({ timeoutMs: 500 }));
    await time.advance(600);
    const error = caller.error as PoolError;
    expect(error).toMatchObject({ code: "ACQUIRE_TIMEOUT", counts: { total: 2, used: 2, max: 2 } });
    expect(error.message).toMatch(/2 used, 0 idle, 0 opening, 0 closing of 2/);
    expect(error.elapsedMs).toBeGreaterThanOrEqual(500);
    expect(error.holders).toHaveLength(2);
    expect(error.holders[0]?.stack).toContain("pool-on-fake.ts");
  });

  it("bounds the queue in length and in time (mysql2 #4497)", async () => {
    const { pool, time, acquireAll } = poolOnFake({ max: 1, maxWaiting: 2, acquireTimeoutMs: 300 });
    await acquireAll(1);
    const callers = [1, 2, 3].map(() => watch(pool.acquire()));
    await time.advance(10);
    expect(callers.map(({ error }) => (error as PoolError | undefined)?.code)).toEqual([
      undefined,
      undefined,
      "QUEUE_FULL",
    ]);
    await time.advance(400);
    expect(callers.every(({ settled }) => settled)).toBe(true);
  });

  it("opens no herd for a burst that a few connections can serve (sqlx #2854)", async () => {
    const { connector, pool, time } = poolOnFake({ max: 20 }, (at) => ({
      connect: () => sleep(at, 200),
    }));
    const callers = Array.from({ length: 20 }, async () => {
      const lease = await pool.acquire();
      await sleep(time, 1);
      lease.release();
    });
    await time.advance(2000);
    await Promise.all(callers);
    expect(pool.stats().acquired).toBe(20);
    // Five at a time: the second five were begun when the first came.
    expect(connector.connects).toBeLessThanOrEqual(10);
  });

  it("lives through a storm of timeouts and serves at once afterwards (sqlx #3132)", async () => {
    const { connector, pool, time, acquireAll } = poolOnFake({ max: 2 });
    const held = await acquireAll(2);
    const storm = Array.from({ length: 2000 }, (_, at) =>
      watch(pool.acquire({ timeoutMs: 10 + (at % 40) })),
    );
    await time.advance(100);
    expect(storm.every(({ error }) => (error as PoolError).code === "ACQUIRE_TIMEOUT")).toBe(true);
    const next = watch(pool.acquire());
    held[0]?.release();
    await time.settle();
    expect(next.settled).toBe(true);
    expect(connector.connects).toBe(2);
    expect(pool.stats()).toMatchObject({ waiting: 0, timeouts: 2000 });
  });

  it("ends a wait by a signal, and keeps the connection for the next (node-postgres #2625, #2774)", async () => {
    const { connector, pool, time } = poolOnFake({ max: 1 }, (at) => ({
      connect: () => sleep(at, 100),
    }));
    const abort = new AbortController();
    const gone = watch(pool.acquire({ signal: abort.signal }));
    await time.advance(10);
    abort.abort(new Error("enough"));
    await time.settle();
    expect(gone.error).toEqual(new Error("enough"));
    await time.advance(200);
    expect(pool.stats()).toMatchObject({ idle: 1, aborted: 1 });
    const next = watch(pool.acquire({ signal: AbortSignal.abort(new Error("before")) }));
    await time.settle();
    expect(next.error).toEqual(new Error("before"));
    expect((await pool.acquire()).client.id).toBe(1);
    expect(connector.connects).toBe(1);
  });

  it("serves a waiter from a release, not from its own slow connect", async () => {
    const { pool, time, acquireAll } = poolOnFake({ max: 2 }, (at) => ({
      connect: (_, id) => sleep(at, id === 1 ? 1 : 5000),
    }));
    const [first] = await acquireAll(1);
    const waiting = watch(pool.acquire());
    await time.advance(50);
    first?.release();
    await time.settle();
    expect(waiting.value?.client.id).toBe(1);
  });

  it("ends although a lease was never given back, and names its holder (node-postgres #2199)", async () => {
    const { connector, pool, time, acquireAll } = poolOnFake({ leakDetectionMs: 60_000 });
    await acquireAll(1);
    const drained = watch(pool.drain({ timeoutMs: 500 }));
    await time.advance(600);
    const error = drained.error as PoolError;
    expect(error.code).toBe("DRAIN_TIMEOUT");
    expect(error.holders[0]?.stack).toContain("pool-on-fake.ts");
    expect(connector.live).toBe(0);
  });

  it("ends once, however often it is asked (node-postgres #2716)", async () => {
    const { pool, time } = poolOnFake();
    const both = [pool.drain(), pool.drain()];
    expect(both[0]).toBe(both[1]);
    await time.advance(10);
    await Promise.all(both);
    await pool[Symbol.asyncDispose]();
    await expect(pool.acquire()).rejects.toMatchObject({ code: "POOL_CLOSED" });
  });

  it("resolves its end when the sockets are closed, not before (node-postgres #3635)", async () => {
    const { connector, pool, time, acquireAll } = poolOnFake({}, (at) => ({
      close: () => sleep(at, 400),
    }));
    for (const lease of await acquireAll(3)) lease.release();
    const drained = watch(pool.drain());
    await time.advance(300);
    expect({ settled: drained.settled, live: connector.live }).toEqual({ settled: false, live: 3 });
    await time.advance(200);
    expect({ settled: drained.settled, live: connector.live }).toEqual({ settled: true, live: 0 });
  });

  it("refuses a second release and a late use: they would be the next holder's", async () => {
    const { pool, acquireAll } = poolOnFake({ max: 1 });
    const [first] = await acquireAll(1);
    first?.release();
    const second = await pool.acquire();
    expect(() => first?.release()).toThrow(expect.objectContaining({ code: "LEASE_ENDED" }));
    expect(() => first?.client).toThrow("was released");
    expect(() => first?.query("select 1")).toThrow("was released");
    expect(second.active).toBe(true);
    expect(pool.stats()).toMatchObject({ used: 1, idle: 0 });
  });
});
