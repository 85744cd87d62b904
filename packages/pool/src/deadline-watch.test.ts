import { describe, expect, it } from "vitest";
import { watchDeadlines } from "./deadline-watch.ts";
import { virtualEnvironment } from "./testing/virtual-environment.ts";
import { waiter } from "./testing/waiter.ts";
import { createWaiters } from "./waiters.ts";

function watched() {
  const time = virtualEnvironment();
  const start = time.now();
  const line = createWaiters<string>();
  const expired: (readonly number[])[] = [];
  const watch = watchDeadlines(line, time, (late, at) => {
    expired.push([at - start, ...late.map(({ since }) => since)]);
  });
  let name = 0;
  return {
    time,
    line,
    expired,
    watch,
    /** A caller joins whose deadline is so many milliseconds after the start. */
    join: (deadlineMs: number) => {
      name += 1;
      const joined = waiter({ since: name, deadline: start + deadlineMs });
      line.add(joined);
      watch.joined(joined.deadline, time.now());
      return joined;
    },
  };
}

describe("the watch over deadlines", () => {
  it("takes out each caller at its deadline, not in the order of joining", async () => {
    const { time, join, line, expired } = watched();
    for (const deadline of [300, 100, 500, 100]) join(deadline);
    await time.advance(99);
    expect(expired.flat()).toEqual([]);
    await time.advance(1000);
    expect(expired).toEqual([
      [100, 2, 4],
      [300, 1],
      [500, 3],
    ]);
    expect(line.length).toBe(0);
  });

  it("leaves those alone who have left the line, and those without a deadline", async () => {
    const { time, join, line, watch, expired } = watched();
    const served = join(100);
    join(Number.POSITIVE_INFINITY);
    join(400);
    line.leave(served);
    watch.left();
    await time.advance(1_000_000);
    expect(expired.filter(([, ...late]) => late.length > 0)).toEqual([[400, 3]]);
    expect(line.length).toBe(1);
  });

  it("keeps the process running as long as somebody is in line, and has one timer for all", async () => {
    const { time, join, line, watch } = watched();
    expect(time.held).toBe(0);
    const callers = [join(1000), join(1000), join(2000)];
    expect(time.held).toBe(1);
    for (const caller of callers) {
      line.leave(caller);
      watch.left();
    }
    expect(time.held).toBe(0);
    join(5000);
    expect(time.held).toBe(1);
    await time.advance(10_000);
    expect(time.held).toBe(0);
  });

  it("ends with the pool", async () => {
    const { time, join, watch, expired } = watched();
    join(100);
    watch.cancel();
    await time.advance(1000);
    expect(expired).toEqual([]);
  });
});
