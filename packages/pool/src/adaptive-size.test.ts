import { expect, it } from "vitest";
import { createAdaptiveSize } from "./adaptive-size.ts";

const BOUNDS = { min: 2, max: 20, targetWaitMs: 10 };

it("grows at once while callers wait too long, up to max", () => {
  const load = createAdaptiveSize();
  let size = 2;
  const sizes: number[] = [];
  for (let second = 0; second < 15; second += 1) {
    load.add({ busy: size, waitMs: 50, waiting: 5 });
    size = load.next(size, BOUNDS);
    sizes.push(size);
  }
  expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  expect(sizes[0]).toBe(3);
  expect(size).toBe(20);
});

it("shrinks by one after ten quiet seconds, down to min, not below what the last minute asked for", () => {
  const load = createAdaptiveSize();
  let size = 6;
  load.add({ busy: 2, waitMs: 0, waiting: 0 });
  expect(load.wanted()).toBe(5);
  const sizes: number[] = [];
  for (let second = 0; second < 120; second += 1) {
    load.add({ busy: 0, waitMs: 0, waiting: 0 });
    sizes.push((size = load.next(size, BOUNDS)));
  }
  expect(sizes.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => 6));
  expect(sizes[30]).toBe(5);
  expect(size).toBe(2);
});

it("keeps to a max that was put below its min", () => {
  const load = createAdaptiveSize();
  load.add({ busy: 9, waitMs: 50, waiting: 9 });
  expect(load.next(4, { min: 4, max: 1, targetWaitMs: 10 })).toBe(1);
});
