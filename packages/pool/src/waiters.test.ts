import { expect, it } from "vitest";
import { dice } from "./testing/dice.ts";
import { waiter as makeWaiter } from "./testing/waiter.ts";
import { createWaiters, type Waiter } from "./waiters.ts";

function waiter(since: number, priority = 0, deadline = 100): Waiter<string> {
  return makeWaiter({ since, priority, deadline });
}

it("serves by priority, and first come, first served within one", () => {
  const line = createWaiters<string>();
  const callers = [waiter(1), waiter(2, 5), waiter(3), waiter(4, 5), waiter(5, -1), waiter(6, 9)];
  for (const caller of callers) line.add(caller);
  const served = callers.map(() => line.next()?.since);
  expect(served).toEqual([6, 2, 4, 1, 3, 5]);
  expect(line.next()).toBeUndefined();
  expect(line.length).toBe(0);
});

it("lets a caller leave once, from anywhere", () => {
  const line = createWaiters<string>();
  const [first, middle, last] = [waiter(1), waiter(2), waiter(3)] as const;
  for (const each of [first, middle, last]) line.add(each);
  expect([middle, middle, first, last].map(line.leave)).toEqual([true, false, true, true]);
  expect(line.length).toBe(0);
  line.add(waiter(4));
  const served = line.next();
  expect(served?.since).toBe(4);
  expect(line.leave(served!)).toBe(false);
});

it("takes out those that match, in order, and knows the least of the rest", () => {
  const line = createWaiters<string>();
  for (const since of [5, 3, 8, 1]) line.add(waiter(since, 0, since * 10));
  expect(line.least(({ deadline }) => deadline)).toBe(10);
  expect(line.remove(({ since }) => since < 4).map(({ since }) => since)).toEqual([3, 1]);
  expect(line.least(({ since }) => since)).toBe(5);
  expect(line.remove(() => true)).toHaveLength(2);
  expect(line.least(({ since }) => since)).toBe(Infinity);
});

it("agrees with a sorted array through random joins and leaves", () => {
  const seed = Number(process.env["DBADVISE_POOL_SEED"] ?? Date.now() % 1_000_000);
  const roll = dice(seed);
  const line = createWaiters<string>();
  const served: (Waiter<string> | undefined)[][] = [];
  let model: Waiter<string>[] = [];
  for (let step = 0; step < 5000; step += 1) {
    const at = roll.upTo(9);
    if (at < 5) {
      const joined = waiter(step, roll.upTo(3));
      line.add(joined);
      model = [...model, joined].toSorted((a, b) => b.priority - a.priority || a.since - b.since);
    } else if (at < 8) served.push([line.next(), model.shift()]);
    else {
      const left = roll.pick(model);
      model = model.filter((one) => one !== left);
      if (left !== undefined) line.leave(left);
    }
    expect(line.length, `seed ${seed}`).toBe(model.length);
  }
  for (const [one, other] of served) expect(one, `seed ${seed}`).toBe(other);
});
