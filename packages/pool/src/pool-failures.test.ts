import { expect, it } from "vitest";
import { PoolError } from "./pool-error.ts";
import { createPoolFailures, type PoolPicture } from "./pool-failures.ts";

const REFUSED = new Error("connect ECONNREFUSED 127.0.0.1:5432");

const PICTURE: PoolPicture = {
  name: "orders",
  server: "db.example:5432/shop",
  counts: () => ({ total: 9, idle: 1, used: 6, waiting: 4, max: 10 }),
  opening: 1,
  closing: 1,
  holders: () => [
    { heldMs: 5000.4, stack: "at main.ts:1" },
    { heldMs: 20, stack: undefined },
  ],
  lastConnectError: () => undefined,
};
const failures = createPoolFailures(PICTURE);
const failuresWhenDown = createPoolFailures({
  ...PICTURE,
  lastConnectError: () => ({ error: REFUSED }),
});

it("an exhausted pool tells its numbers and who holds for how long", () => {
  const error = failures.acquireTimeout(1500.7);
  expect(error).toBeInstanceOf(PoolError);
  expect(error.message).toBe(
    'Pool "orders" had no connection within 1501 ms (6 used, 1 idle, 1 opening, 1 closing of 10, 4 more in line); ' +
      "the longest lease is out for 5000 ms",
  );
  expect(error).toMatchObject({
    code: "ACQUIRE_TIMEOUT",
    pool: "orders",
    elapsedMs: 1500.7,
    counts: PICTURE.counts(),
    holders: PICTURE.holders(),
    hint: expect.stringContaining("leakDetectionMs"),
  });
  expect(error).not.toHaveProperty("cause");
});

it("with the database down, the last connect error is the cause, and no holder is blamed", () => {
  const error = failuresWhenDown.acquireTimeout(100);
  expect(error.message).toContain("; the last connect failed: connect ECONNREFUSED 127.0.0.1:5432");
  expect(error.message).not.toContain("longest lease");
  expect(error.cause).toBe(REFUSED);
  expect(error.hint).toContain("server runs");
});

it.each([
  ["POOL_CLOSED", failures.closed("draining"), /is draining$/],
  ["QUEUE_FULL", failures.queueFull(), /has 4 callers in line/],
  ["RATE_LIMITED", failures.rateLimited('tenant "7"', 12.3), /gives "tenant \\"7\\"" no more/],
  ["INVALID_OPTIONS", failures.badDeadline(Number.NaN), /within NaN ms/],
  ["UNAVAILABLE", failuresWhenDown.unavailable(), /db\.example:5432\/shop: connect ECONNREFUSED/],
  ["DRAIN_TIMEOUT", failures.drainTimeout(6, 500), /6 leases out and 4 callers in line 500 ms/],
])("%s has the pool's name, its numbers and a hint", (code, error, words) => {
  expect(error.code).toBe(code);
  expect(error.message).toMatch(/^Pool "orders" /);
  expect(error.message).toMatch(words);
  expect(error.hint).not.toBe("");
  expect(error.counts).toEqual(PICTURE.counts());
  expect(error.holders).toHaveLength(2);
});

it("says when a rate allows the next one, in whole milliseconds", () => {
  expect(failures.rateLimited("a", 12.3).hint).toContain("13 ms");
});

it("what was thrown and is no error is told as it is", () => {
  const down = createPoolFailures({ ...PICTURE, lastConnectError: () => ({ error: "no route" }) });
  expect(down.unavailable().message).toContain(": no route");
  expect(down.unavailable().cause).toBe("no route");
});
