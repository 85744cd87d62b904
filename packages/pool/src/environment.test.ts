import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it, vi } from "vitest";
import { createPool } from "./create-pool.ts";
import { systemEnvironment } from "./environment.ts";
import { fakeConnector } from "./testing/fake-connector.ts";
import { watch } from "./testing/pool-on-fake.ts";

afterEach(() => {
  vi.useRealTimers();
});

it.each([
  ["back", -86_400_000],
  ["forth", 86_400_000],
])("a wall clock that is set %s by a day changes nothing", async (_, byMs) => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const connector = fakeConnector(systemEnvironment);
  const pool = createPool({ connector, max: 1, minIdle: 1, maxLifetimeMs: 1000, idleTimeoutMs: 0 });
  await sleep(50);
  vi.setSystemTime(Date.now() + byMs);
  await sleep(50);
  expect(pool.stats()).toMatchObject({ opened: 1, closed: {}, validations: 0 });
  const held = await pool.acquire();
  expect(held.client).toBe(connector.clients[0]);
  const late = watch(pool.acquire({ timeoutMs: 100 }));
  await vi.waitFor(() => expect(late.settled).toBe(true), { timeout: 5000 });
  expect(late.error).toMatchObject({ code: "ACQUIRE_TIMEOUT", holders: [expect.anything()] });
  expect((late.error as { readonly elapsedMs: number }).elapsedMs).toBeLessThan(5000);
  held.release();
  // Its lifetime ends in its own time.
  await vi.waitFor(() => expect(pool.stats().closed).toEqual({ "max lifetime": 1 }), {
    timeout: 5000,
  });
  expect(pool.stats().usageMs.maxMs).toBeGreaterThanOrEqual(0);
  expect(pool.stats().usageMs.maxMs).toBeLessThan(5000);
  await pool.drain();
});

it("a wait beyond what Node's timers hold does not fire at once", async () => {
  const fired = vi.fn<() => void>();
  const timer = systemEnvironment.setTimer(fired, 2 ** 33);
  await sleep(30);
  expect(fired).not.toHaveBeenCalled();
  timer.cancel();
});

it("a timer fires once, or never where it was cancelled", async () => {
  const fired = vi.fn<() => void>();
  const cancelled = vi.fn<() => void>();
  const timer = systemEnvironment.setTimer(fired, 5);
  systemEnvironment.setTimer(cancelled, 5).cancel();
  timer.unref();
  timer.ref();
  await vi.waitFor(() => expect(fired).toHaveBeenCalledTimes(1));
  await sleep(20);
  expect([fired.mock.calls.length, cancelled.mock.calls.length]).toEqual([1, 0]);
});

it("chance is from 0 up to 1, and the clock does not go back", () => {
  for (let round = 0; round < 100; round += 1) {
    const before = systemEnvironment.now();
    const random = systemEnvironment.random();
    expect(random).toBeGreaterThanOrEqual(0);
    expect(random).toBeLessThan(1);
    expect(systemEnvironment.now()).toBeGreaterThanOrEqual(before);
  }
});
