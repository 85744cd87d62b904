import { describe, expect, it } from "vitest";
import { poolOnFake, watch } from "./testing/pool-on-fake.ts";

describe("housekeeping", () => {
  it("never idles out below minIdle, and does not churn (generic-pool #56)", async () => {
    const { pool, connector, time, acquireAll } = poolOnFake({
      max: 6,
      minIdle: 2,
      idleTimeoutMs: 1000,
      keepaliveMs: 0,
    });
    for (const lease of await acquireAll(5)) lease.release();
    await time.advance(60_000);
    expect(pool.stats()).toMatchObject({ total: 2, idle: 2 });
    expect(connector.connects).toBeLessThanOrEqual(7);
    const before = connector.connects;
    await time.advance(60_000);
    expect(connector.connects).toBe(before);
  });

  it("asks idle connections that were not heard of, and replaces those that don't answer", async () => {
    let asked = 0;
    const { pool, connector, time } = poolOnFake(
      { minIdle: 2, keepaliveMs: 1000, idleTimeoutMs: 0 },
      () => ({
        validate: ({ id }) => {
          asked += 1;
          return id === 1 ? Promise.reject(new Error("gone")) : Promise.resolve();
        },
      }),
    );
    await time.advance(1500);
    expect(asked).toBeGreaterThanOrEqual(2);
    expect(pool.stats()).toMatchObject({ idle: 2, closed: { "validation failed": 1 } });
    expect(connector.clients[0]?.closed).toBe(true);
  });

  it("ends a lifetime also on a pool that is never idle, and the jitter only adds (pgx #2560)", async () => {
    const lived: number[] = [];
    const bornAt = new Map<unknown, number>();
    const { pool, time } = poolOnFake({ max: 2, maxLifetimeMs: 1000, idleTimeoutMs: 0 });
    pool.on("connect", (client) => bornAt.set(client, time.now()));
    pool.on("close", (client, reason) => {
      expect(reason).toBe("max lifetime");
      lived.push(time.now() - (bornAt.get(client) ?? 0));
    });
    const end = time.now() + 8000;
    const busy = Array.from({ length: 4 }, async () => {
      while (time.now() < end) {
        const lease = await pool.acquire();
        await new Promise<void>((resolve) => void time.setTimer(resolve, 10));
        lease.release();
      }
    });
    await time.advance(8000);
    await time.advance(100);
    await Promise.all(busy);
    expect(lived.length).toBeGreaterThanOrEqual(12);
    for (const ms of lived) {
      expect(ms).toBeGreaterThanOrEqual(1000);
      expect(ms).toBeLessThanOrEqual(1250 + 20);
    }
    expect(new Set(lived).size).toBeGreaterThan(1);
  });

  it("tells a leak once, with the line that acquired (node-postgres #137, #1777)", async () => {
    const { pool, time } = poolOnFake({ leakDetectionMs: 1000 });
    const leaks: { readonly heldMs: number; readonly stack: string }[] = [];
    pool.on("leak", (_, heldMs, stack) => leaks.push({ heldMs, stack }));
    const held = watch(pool.acquire());
    await time.advance(900);
    expect(leaks).toEqual([]);
    await time.advance(5000);
    expect(leaks).toHaveLength(1);
    expect(leaks[0]?.stack).toContain("housekeeping.test.ts");
    expect(leaks[0]?.heldMs).toBeGreaterThanOrEqual(1000);
    held.value?.release();
  });

  it("tells utilization at its threshold, and again only after it fell below the lower one", async () => {
    const { pool, time, acquireAll } = poolOnFake({
      max: 10,
      utilizationAlert: { high: 0.8, normal: 0.5 },
    });
    const told: string[] = [];
    pool.on("utilization", (state, share) => told.push(`${state} ${share}`));
    const leases = await acquireAll(7);
    await time.advance(1100);
    expect(told).toEqual([]);
    leases.push(...(await acquireAll(1)));
    await time.advance(1100);
    for (let more = 0; more < 3; more += 1) leases.pop()?.release();
    await time.advance(1100);
    leases.push(...(await acquireAll(3)));
    await time.advance(1100);
    expect(told).toEqual(["high 0.8"]);
    for (const lease of leases.splice(4)) lease.release();
    await time.advance(1100);
    expect(told).toEqual(["high 0.8", "normal 0.4"]);
  });

  it("grows an adaptive pool although nobody is served, and shrinks it when the load is gone", async () => {
    const { pool, time } = poolOnFake({
      max: 8,
      minIdle: 3,
      adaptive: { min: 1 },
      acquireTimeoutMs: 60_000,
    });
    const callers = Array.from({ length: 6 }, () => watch(pool.acquire()));
    await time.advance(200);
    expect(pool.stats()).toMatchObject({ max: 1, used: 1, waiting: 5 });
    await time.advance(8000);
    expect(pool.stats()).toMatchObject({ used: 6, waiting: 0 });
    expect(pool.stats().wantedSize).toBeGreaterThanOrEqual(6);
    for (const { value } of callers) value?.release();
    await time.advance(300_000);
    expect(pool.stats()).toMatchObject({ max: 1, total: 1 });
    pool.resize({ max: 8 });
    await time.advance(100);
    // minIdle is as it was asked for, not as the small size had room for.
    expect(pool.stats().idle).toBe(3);
  });

  it("stops with the pool and never keeps the process running", async () => {
    const { pool, time, acquireAll } = poolOnFake({ minIdle: 2 });
    const [lease] = await acquireAll(1);
    expect(time.held).toBe(0);
    lease?.release();
    await pool.drain();
    await time.advance(60_000);
    expect(pool.stats().total).toBe(0);
  });
});
