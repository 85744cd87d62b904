import { describe, expect, it } from "vitest";
import type { Lease } from "./lease.ts";
import type { FakeClient } from "./testing/fake-connector.ts";
import { poolOnFake, type PoolOnFake } from "./testing/pool-on-fake.ts";

const STALL_MS = 1000;
/** Beside the stall itself, the rounds in which it is seen and asked for. */
const FOUND_MS = STALL_MS * 2;

interface Stalled extends PoolOnFake {
  readonly lease: Lease<FakeClient>;
  /** When the server was asked, counted in milliseconds from the start. */
  readonly asked: readonly number[];
  /** The server sends something on the connection. */
  hear(): void;
  /** The statement has ended. */
  finish(): void;
}

/**
 * A lease whose statement has no answer. `isWorking` is what the server says when it is asked; whether a real server is at
 * work is in the tests of the connectors.
 */
async function stalled(
  isWorking: (signal: AbortSignal) => Promise<boolean>,
  stallMs: number = STALL_MS,
): Promise<Stalled> {
  const asked: number[] = [];
  let heard = 0;
  let state: "clean" | "busy" = "busy";
  const on = poolOnFake({ max: 1, stallMs, connectTimeoutMs: 500, keepaliveMs: 0 }, (time) => {
    const begun = time.now();
    heard = begun;
    return {
      lastHeard: () => heard,
      state: () => state,
      isWorking: (_, signal) => {
        asked.push(time.now() - begun);
        return isWorking(signal);
      },
    };
  });
  const [lease] = await on.acquireAll(1);
  return {
    ...on,
    lease: lease!,
    asked,
    hear: () => {
      heard = on.time.now();
    },
    finish: () => {
      heard = on.time.now();
      state = "clean";
    },
  };
}

describe("a statement without an answer", () => {
  it("is left alone while the server is at work on it, and asked for again after as long", async () => {
    const { lease, time, asked, pool, finish } = await stalled(() => Promise.resolve(true));
    await time.advance(STALL_MS * 10);
    expect(lease.client.closed).toBe(false);
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.length).toBeLessThanOrEqual(10);
    for (const [at, ms] of asked.entries()) {
      expect(ms - (asked[at - 1] ?? 0)).toBeGreaterThanOrEqual(STALL_MS);
    }
    finish();
    lease.release();
    await time.advance(10);
    expect(pool.stats()).toMatchObject({ idle: 1, opened: 1, closed: {} });
  });

  it("loses its connection where the server is not at work on it", async () => {
    const { lease, time, asked, pool } = await stalled(() => Promise.resolve(false));
    await time.advance(STALL_MS - 10);
    expect(lease.client.closed).toBe(false);
    await time.advance(FOUND_MS - STALL_MS + 10);
    expect(lease.client.closed).toBe(true);
    expect(asked).toHaveLength(1);
    // Its holder is told by the driver, and gives it back as ever.
    expect(pool.stats().used).toBe(1);
    lease.release();
    await time.advance(10);
    expect(pool.stats()).toMatchObject({ total: 0, closed: { stalled: 1 } });
  });

  it("loses its connection where the server can't be asked", async () => {
    const { lease, time } = await stalled(() => Promise.reject(new Error("refused")));
    await time.advance(FOUND_MS);
    expect(lease.client.closed).toBe(true);
    lease.release();
  });

  it("loses its connection where the question has no answer within connectTimeoutMs", async () => {
    let reason: unknown;
    const { lease, time, asked } = await stalled(
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener("abort", () => {
            reason = signal.reason;
            reject(signal.reason as Error);
          });
        }),
    );
    await time.advance(FOUND_MS - 400);
    expect(asked).toHaveLength(1);
    expect(lease.client.closed).toBe(false);
    await time.advance(500);
    expect(reason).toEqual(new Error("no answer in 500 ms"));
    expect(lease.client.closed).toBe(true);
    lease.release();
  });

  it("keeps its connection where the answer comes while the server is asked", async () => {
    const answer = Promise.withResolvers<boolean>();
    const { lease, time, asked, pool, finish } = await stalled(() => answer.promise);
    await time.advance(FOUND_MS);
    expect(asked).toHaveLength(1);
    finish();
    answer.resolve(false);
    await time.advance(10);
    expect(lease.client.closed).toBe(false);
    lease.release();
    await time.advance(10);
    expect(pool.stats()).toMatchObject({ idle: 1, closed: {} });
  });

  it("of an earlier lease harms no later one", async () => {
    const answer = Promise.withResolvers<boolean>();
    const { lease, time, pool, finish, hear } = await stalled(() => answer.promise);
    await time.advance(FOUND_MS);
    finish();
    lease.release();
    const next = await pool.acquire();
    hear();
    answer.resolve(false);
    await time.advance(10);
    expect(next.client.closed).toBe(false);
    next.release();
  });

  it("is not asked for while the server keeps sending", async () => {
    const { lease, time, asked, hear } = await stalled(() => Promise.resolve(false));
    for (let round = 0; round < 20; round += 1) {
      await time.advance(STALL_MS / 2);
      hear();
    }
    expect(asked).toEqual([]);
    expect(lease.client.closed).toBe(false);
  });

  it("is none where the holder sends nothing", async () => {
    const { lease, time, asked, finish } = await stalled(() => Promise.resolve(false));
    finish();
    await time.advance(STALL_MS * 10);
    expect(asked).toEqual([]);
    expect(lease.client.closed).toBe(false);
  });

  it("is never asked for with stallMs 0", async () => {
    const { lease, time, asked } = await stalled(() => Promise.resolve(false), 0);
    await time.advance(STALL_MS * 100);
    expect(asked).toEqual([]);
    expect(lease.client.closed).toBe(false);
  });
});
