import { expect, it } from "vitest";
import { createBreaker } from "./breaker.ts";

const FULL = (): number => 0.999_999;

it("opens after its threshold, is half-open during a probe, and closes on a success", () => {
  const breaker = createBreaker({ threshold: 2, first: 100, last: 1000 }, FULL);
  breaker.begin();
  breaker.fail("a", 0, 1);
  expect(breaker.state).toBe("closed");
  breaker.begin();
  breaker.fail("b", 2, 3);
  expect(breaker.state).toBe("open");
  expect(breaker.lastError).toEqual({ error: "b", at: 3 });
  breaker.begin();
  expect(breaker.state).toBe("half-open");
  breaker.succeed();
  expect(breaker).toMatchObject({ state: "closed", failures: 0, lastError: undefined });
});

it("doubles its waits up to the last, each between half and all of it", () => {
  for (const [random, share] of [
    [() => 0, 0.5],
    [FULL, 1],
  ] as const) {
    const breaker = createBreaker({ threshold: 1, first: 100, last: 500 }, random);
    const waits = [100, 200, 400, 500, 500].map((_, at) => {
      breaker.fail("down", at, at);
      return breaker.waitMs(at, 0);
    });
    for (const [at, full] of [100, 200, 400, 500, 500].entries()) {
      expect(waits[at]).toBeCloseTo(full * share, 1);
    }
  }
});

it("lets one connect at a time while the last one failed", () => {
  const breaker = createBreaker({ threshold: 3, first: 100, last: 500 }, FULL);
  expect(breaker.waitMs(0, 5)).toBe(0);
  breaker.fail("down", 0, 10);
  expect(breaker.waitMs(500, 1)).toBe(Infinity);
  expect(breaker.waitMs(500, 0)).toBe(0);
});

it("counts connects that had begun before the last failure as one with it", () => {
  const breaker = createBreaker({ threshold: 3, first: 100, last: 500 }, FULL);
  for (const at of [10, 11, 12]) breaker.fail("herd", 0, at);
  expect(breaker).toMatchObject({ state: "closed", failures: 1 });
});
