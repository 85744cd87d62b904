import { describe, expect, it, vi } from "vitest";
import type { PoolError } from "./pool-error.ts";
import { poolOnFake, sleep, watch } from "./testing/pool-on-fake.ts";

describe("lending", () => {
  it("lends an idle connection beside one whose check hangs", async () => {
    const { pool, time, acquireAll } = poolOnFake(
      { max: 2, keepaliveMs: 1000, validateAfterMs: 5000 },
      () => ({
        validate: ({ id }) => (id === 1 ? new Promise(() => undefined) : Promise.resolve()),
      }),
    );
    for (const lease of await acquireAll(2)) lease.release();
    await time.advance(1300);
    expect(pool.stats()).toMatchObject({ idle: 1, used: 1 });
    const waiting = watch(pool.acquire({ timeoutMs: 100 }));
    await time.settle();
    expect(waiting.value?.client.id).toBe(2);
  });

  it("lends a connection that was just checked, also where every one is checked", async () => {
    const { pool, time } = poolOnFake({ max: 1, validateAfterMs: 0 });
    const first = watch(pool.acquire());
    await time.settle();
    first.value?.release();
    const second = watch(pool.acquire());
    await time.advance(10);
    expect(second.value?.client.id).toBe(1);
    expect(pool.stats().validations).toBe(1);
  });

  it("lets an idle connection idle out although keepalive asks it", async () => {
    const { pool, connector, time, acquireAll } = poolOnFake({
      keepaliveMs: 1000,
      idleTimeoutMs: 5000,
    });
    for (const lease of await acquireAll(3)) lease.release();
    await time.advance(7000);
    expect(pool.stats()).toMatchObject({ total: 0, closed: { "idle timeout": 3 } });
    expect(connector.live).toBe(0);
  });

  it("keeps lending the one used last after keepalive has asked the others", async () => {
    const heard = new Map<number, number>();
    const { pool, time, acquireAll } = poolOnFake(
      { keepaliveMs: 1000, idleTimeoutMs: 0 },
      (at) => ({
        lastHeard: ({ id }) => heard.get(id) ?? 0,
        validate: ({ id }) => {
          heard.set(id, at.now());
          return Promise.resolve();
        },
      }),
    );
    const leases = await acquireAll(3);
    for (const lease of leases) {
      heard.set(lease.client.id, time.now());
      lease.release();
      await time.advance(100);
    }
    await time.advance(920);
    const again = watch(pool.acquire());
    await time.advance(10);
    expect(again.value?.client.id).toBe(3);
  });

  it("does not refuse callers that a connection can still be opened for", async () => {
    const { pool, time } = poolOnFake({ max: 2, maxWaiting: 0 });
    const callers = [1, 2, 3].map(() => watch(pool.acquire()));
    await time.advance(10);
    expect(callers.map(({ value }) => value?.client.id)).toEqual([1, 2, undefined]);
    expect(callers[2]?.error).toMatchObject({ code: "QUEUE_FULL" });
  });

  it("bounds the queue of a concurrency limit while connections are idle", async () => {
    const { pool, time, acquireAll } = poolOnFake({
      max: 3,
      concurrency: 2,
      maxWaiting: 1,
      minIdle: 1,
    });
    await acquireAll(2);
    expect(pool.stats()).toMatchObject({ used: 2, idle: 1 });
    const callers = [1, 2].map(() => watch(pool.acquire()));
    await time.advance(10);
    expect(callers[0]?.settled).toBe(false);
    expect(callers[1]?.error).toMatchObject({ code: "QUEUE_FULL" });
  });

  it("passes a place under the concurrency limit on, also when a connection is retired or reset", async () => {
    const { pool, time, acquireAll } = poolOnFake({ max: 3, concurrency: 1, minIdle: 1 }, (at) => ({
      close: () => sleep(at, 900),
    }));
    const [first] = await acquireAll(1);
    const next = watch(pool.acquire());
    await time.advance(10);
    first?.release(new Error("broken"));
    await time.advance(10);
    expect(next.settled).toBe(true);
  });

  it("keeps connections that fit the new size while others still close", async () => {
    const { pool, connector, time, acquireAll } = poolOnFake({ max: 6 }, (at) => ({
      close: () => sleep(at, 500),
    }));
    const leases = await acquireAll(6);
    pool.resize({ max: 3 });
    for (const lease of leases) lease.release();
    await time.advance(1000);
    expect(pool.stats()).toMatchObject({ total: 3, closed: { "pool size": 3 } });
    expect(connector.connects).toBe(6);
  });

  it("ends draining as soon as the last caller in line has given up", async () => {
    const { pool, time } = poolOnFake({ backoffMs: { first: 60_000, last: 60_000 } }, () => ({
      connect: () => Promise.reject(new Error("refused")),
    }));
    const abort = new AbortController();
    const late = watch(pool.acquire({ timeoutMs: 1000 }));
    const aborted = watch(pool.acquire({ signal: abort.signal, timeoutMs: 3000 }));
    await time.advance(10);
    const drained = watch(pool.drain({ timeoutMs: 10_000 }));
    await time.advance(1100);
    expect((late.error as PoolError).code).toBe("ACQUIRE_TIMEOUT");
    expect(drained.settled).toBe(false);
    abort.abort(new Error("enough"));
    await time.advance(10);
    expect(aborted.error).toEqual(new Error("enough"));
    expect(drained).toMatchObject({ settled: true, error: undefined });
  });

  it("does not wait for a connect that nobody waits for when draining", async () => {
    const { pool, connector, time } = poolOnFake({ minIdle: 1 }, () => ({
      connect: ({ signal }) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        }),
    }));
    await time.advance(10);
    expect(pool.stats().opening).toBe(1);
    const drained = watch(pool.drain());
    await time.advance(10);
    expect(drained).toMatchObject({ settled: true, error: undefined });
    expect(connector.live).toBe(0);
  });

  it("counts a connection once when a drain ends during its check", async () => {
    const { pool, time, acquireAll } = poolOnFake({ max: 1, validateAfterMs: 1 }, (at) => ({
      validate: () => sleep(at, 900),
      close: () => sleep(at, 100),
    }));
    const [lease] = await acquireAll(1);
    lease?.release();
    await time.advance(10);
    const waiting = watch(pool.acquire());
    await time.advance(10);
    const drained = watch(pool.drain({ timeoutMs: 50 }));
    await time.advance(60);
    expect((drained.error as PoolError).code).toBe("DRAIN_TIMEOUT");
    expect((waiting.error as PoolError).code).toBe("POOL_CLOSED");
    const { used, idle, opening, closing, total } = pool.stats();
    expect({ sum: used + idle + opening + closing, total }).toEqual({ sum: 1, total: 1 });
    await time.advance(1500);
    const { acquired, timeouts, aborted, rejected, ...after } = pool.stats();
    expect(after).toMatchObject({ total: 0, used: 0, closing: 0 });
    expect(acquired + timeouts + aborted + rejected).toBe(2);
  });

  it("refuses a deadline that is no number, also where nobody has to wait", async () => {
    const { pool, acquireAll } = poolOnFake();
    for (const [lease] of [[undefined], await acquireAll(1)]) {
      lease?.release();
      await expect(pool.acquire({ timeoutMs: Number.NaN })).rejects.toThrow(
        expect.objectContaining({
          code: "INVALID_OPTIONS",
          message: expect.stringContaining("NaN"),
        }),
      );
    }
  });

  it("does not listen to the signal of a caller that need not wait", async () => {
    const { pool, acquireAll } = poolOnFake();
    const [first] = await acquireAll(1);
    first?.release();
    const { signal } = new AbortController();
    const listen = vi.spyOn(signal, "addEventListener");
    const lease = await pool.acquire({ signal, timeoutMs: 1000, priority: 1, key: "a" });
    expect(listen).not.toHaveBeenCalled();
    expect(lease.client.id).toBe(1);
    expect(pool.stats().waited).toBe(1);
  });
});
