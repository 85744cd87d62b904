import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Repetition, repeat } from "./repeat.ts";

/** What is repeated takes 30 ms. */
function start(): { readonly starts: number[]; readonly repetition: Repetition } {
  const starts: number[] = [];
  const repetition = repeat(async () => {
    starts.push(performance.now());
    await new Promise((resolve) => setTimeout(resolve, 30));
  }, 1000);
  return { starts, repetition };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a repetition", () => {
  it("begins at once, and again a while after each end", async () => {
    const { starts } = start();
    expect(starts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(900);
    expect(starts).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(240);
    expect(starts).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(starts.length).toBeGreaterThanOrEqual(9);
    expect(starts.length).toBeLessThanOrEqual(13);
  });

  it("is shared by those who ask at once, and begins after they asked", async () => {
    const { starts, repetition } = start();
    let done = 0;
    for (let time = 0; time < 5; time++) void repetition.now().then(() => (done += 1));
    // One was under way: it may know nothing of what has happened since.
    await vi.advanceTimersByTimeAsync(29);
    expect([starts.length, done]).toEqual([1, 0]);
    await vi.advanceTimersByTimeAsync(31);
    expect([starts.length, done]).toEqual([2, 5]);
  });

  it("comes sooner when it is hurried, and not more often than ten times", async () => {
    const { starts, repetition } = start();
    for (let time = 0; time < 1000; time++) {
      repetition.hurry();
      await vi.advanceTimersByTimeAsync(1);
    }
    // 100 ms of pause and 30 ms of work.
    expect(starts.length).toBeGreaterThanOrEqual(7);
    expect(starts.length).toBeLessThanOrEqual(9);
  });

  it("stops, also while it is at work", async () => {
    const { starts, repetition } = start();
    const stopped = repetition.stop();
    await vi.advanceTimersByTimeAsync(30);
    await stopped;
    await repetition.now();
    repetition.hurry();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(starts).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });
});
