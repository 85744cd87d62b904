import { describe, expect, it } from "vitest";
import { poolOnFake, type PoolOnFake, sleep, watch } from "./testing/pool-on-fake.ts";

/** Acquires, works and releases. */
async function work({ pool, time }: PoolOnFake, ms: number): Promise<void> {
  const lease = await pool.acquire();
  await sleep(time, ms);
  lease.release();
}

/** More callers than connections, on a clock that the test moves. */
describe("under load", () => {
  it("opens few connections where connecting is slow and the work is fast", async () => {
    const on = poolOnFake({ max: 20 }, (at) => ({ connect: () => sleep(at, 300) }));
    const callers: Promise<void>[] = [];
    for (let caller = 0; caller < 400; caller += 1) {
      callers.push(work(on, 1));
      await on.time.advance(5);
    }
    await Promise.all(callers);
    expect(on.pool.stats()).toMatchObject({ acquired: 400, waiting: 0, used: 0 });
    // Five at once at first; by the time they have come, they serve everybody. Never all twenty.
    expect(on.connector.connects).toBeLessThanOrEqual(10);
  });

  it("opens as many as are used at once where the work is slow", async () => {
    const on = poolOnFake({ max: 20 }, (at) => ({ connect: () => sleep(at, 50) }));
    const callers = Array.from({ length: 15 }, () => work(on, 2000));
    await on.time.advance(1000);
    expect(on.pool.stats()).toMatchObject({ used: 15, total: 15, waiting: 0 });
    await on.time.advance(2000);
    await Promise.all(callers);
  });

  it("is as it was when a saturation is over: nobody in line, and no more connections than are kept", async () => {
    const on = poolOnFake({
      max: 5,
      minIdle: 1,
      idleTimeoutMs: 2000,
      utilizationAlert: { high: 0.9, normal: 0.5 },
    });
    const told: string[] = [];
    on.pool.on("utilization", (state) => told.push(state));
    const callers = Array.from({ length: 1000 }, () => work(on, 10));
    await on.time.advance(1100);
    expect(on.pool.stats()).toMatchObject({ used: 5, total: 5, max: 5 });
    expect(on.pool.stats().waiting).toBeGreaterThan(300);
    await on.time.advance(1500);
    await Promise.all(callers);
    expect(on.pool.stats()).toMatchObject({ used: 0, waiting: 0, acquired: 1000, timeouts: 0 });
    await on.time.advance(10_000);
    expect(on.pool.stats()).toMatchObject({ idle: 1, total: 1 });
    expect(told).toEqual(["high", "normal"]);
    const next = watch(on.pool.acquire());
    await on.time.settle();
    expect(next.settled).toBe(true);
  });
});
