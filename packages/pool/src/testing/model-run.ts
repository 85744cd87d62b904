import assert from "node:assert/strict";
import { createPoolIn } from "../create-pool.ts";
import type { Lease } from "../lease.ts";
import { PoolError } from "../pool-error.ts";
import type { PoolOptions } from "../pool-options.ts";
import { type FakeClient, fakeConnector } from "./fake-connector.ts";
import { type Dice, dice } from "./dice.ts";
import { sleep } from "./pool-on-fake.ts";
import { type VirtualEnvironment, virtualEnvironment } from "./virtual-environment.ts";

interface Caller {
  readonly order: number;
  readonly priority: number;
  readonly deadline: number;
  readonly abort: AbortController;
}

/** How the imagined server behaves at the moment. */
type Weather = "fine" | "slow" | "refusing" | "hanging";

/** Timers fire on the millisecond that they were set for. */
const TICK_MS = 1;

/**
 * One pool, one seed: random operations, and after each of them everything that must hold. Throws what does not.
 */
export async function modelRun(
  seed: number,
  steps: number,
): Promise<{ readonly operations: number; readonly lent: number; readonly ended: number }> {
  const roll = dice(seed);
  const time = virtualEnvironment(roll.next);
  const options = randomOptions(roll);
  const adaptive = options.adaptive !== undefined;
  let weather: Weather = "fine";
  const heard = new Map<number, number>();
  const lost = new Set<FakeClient>();
  const connector = fakeConnector(time, {
    connect: ({ signal }) => connectIn(weather, time, roll, signal),
    validate: async (client) => {
      await answer(weather, time, roll);
      if (lost.has(client)) throw new Error("lost");
      heard.set(client.id, time.now());
    },
    reset: async (client) => {
      await answer(weather, time, roll);
      heard.set(client.id, time.now());
    },
    close: (_, now) => (now || roll.oneIn(2) ? Promise.resolve() : sleep(time, roll.upTo(300))),
    state: () => (roll.oneIn(12) ? "dirty" : roll.oneIn(60) ? "busy" : "clean"),
    lastHeard: ({ id }) => heard.get(id) ?? time.now(),
  });
  const pool = createPoolIn({ ...options, connector }, time);
  const callers = new Set<Caller>();
  const held = new Map<FakeClient, Lease<FakeClient>>();
  const stale: Lease<FakeClient>[] = [];
  let ceiling = options.max ?? 10;
  let max = ceiling;
  let acquires = 0;
  let lent = 0;
  let ended = 0;
  let broken: Error | undefined;
  const unhandled = (error: unknown): void => {
    broken ??= new Error("unhandled rejection", { cause: error });
  };
  process.on("unhandledRejection", unhandled);

  function acquire(): void {
    const abort = new AbortController();
    const timeoutMs = roll.oneIn(4) ? roll.upTo(50) : roll.upTo(5000);
    const priority = roll.oneIn(5) ? roll.upTo(3) : 0;
    const caller = { order: acquires, priority, deadline: time.now() + timeoutMs, abort };
    acquires += 1;
    callers.add(caller);
    const given = { timeoutMs, priority, signal: abort.signal };
    // Without options there is a path of its own; its deadline is the pool's.
    const plain = roll.oneIn(3);
    if (plain) Object.assign(caller, { priority: 0, deadline: time.now() + 5000 });
    pool.acquire(plain ? undefined : given).then(
      (lease) => note(() => lend(caller, lease)),
      (error: unknown) => note(() => refuse(caller, error)),
    );
  }

  function note(check: () => void): void {
    try {
      check();
    } catch (error) {
      broken ??= error as Error;
    }
  }

  function lend(caller: Caller, lease: Lease<FakeClient>): void {
    const { client } = lease;
    callers.delete(caller);
    lent += 1;
    assert(!held.has(client), `connection ${client.id} has two holders`);
    assert(!client.closed && !lost.has(client), `connection ${client.id} is dead`);
    for (const other of callers) {
      const isLater = other.order > caller.order;
      const fits = isLater ? other.priority <= caller.priority : other.priority < caller.priority;
      // The words cost more than all the rest: only where they are needed.
      if (fits) continue;
      const line = JSON.stringify([caller, other, [...callers], time.now(), pool.stats()]);
      assert.fail(
        isLater
          ? `a higher priority was passed over: ${line}`
          : `caller ${caller.order} went before ${other.order}: ${line}`,
      );
    }
    held.set(client, lease);
    heard.set(client.id, time.now());
  }

  function refuse(caller: Caller, error: unknown): void {
    callers.delete(caller);
    ended += 1;
    if (error === caller.abort.signal.reason) return;
    assert(error instanceof PoolError, "an acquire failed otherwise");
    if (error.code !== "ACQUIRE_TIMEOUT") return;
    assert(time.now() + TICK_MS >= caller.deadline, "timed out too early");
  }

  function release(): void {
    const lease = roll.pick([...held.values()]);
    if (lease === undefined) return;
    const { client } = lease;
    held.delete(client);
    heard.set(client.id, time.now());
    lease.release(roll.oneIn(15) ? new Error("broken") : undefined);
    if (stale.length < 8) stale.push(lease);
    else stale[roll.upTo(7)] = lease;
  }

  function releaseTwice(): void {
    const lease = roll.pick(stale);
    if (lease === undefined) return;
    assert.throws(() => lease.release(), { code: "LEASE_ENDED" });
  }

  function lose(): void {
    const client = roll.pick(connector.clients.slice(-15));
    if (client === undefined || client.closed) return;
    lost.add(client);
    connector.lose(client);
  }

  function resize(): void {
    const wished = 1 + roll.upTo(11);
    ceiling = Math.max(wished, pool.stats().total);
    max = wished;
    pool.resize({ max: wished, minIdle: roll.upTo(Math.min(2, wished)) });
  }

  async function step(): Promise<void> {
    const at = roll.upTo(999);
    if (at < 330) acquire();
    else if (at < 640) release();
    else if (at < 870) await time.advance(roll.oneIn(10) ? roll.upTo(900) : roll.upTo(20));
    else if (at < 900) roll.pick([...callers])?.abort.abort(new Error("aborted"));
    else if (at < 930) lose();
    else if (at < 950) releaseTwice();
    else if (at < 960) resize();
    else if (at < 970) pool.suspend();
    else if (at < 985) pool.resume();
    else if (at < 988) pool.evictAll();
    else weather = roll.pick(["fine", "fine", "slow", "refusing", "hanging"] as const) ?? "fine";
    await time.settle();
    verify();
  }

  function verify(): void {
    if (broken !== undefined) throw broken;
    const stats = pool.stats();
    const { total, opening, idle, used, closing, waiting } = stats;
    assert.equal(opening + idle + used + closing, total, "the places don't add up");
    assert(total <= ceiling, `${total} connections of ${ceiling}`);
    assert(connector.live <= total, `${connector.live} sockets, ${total} counted`);
    assert(held.size <= used, `${held.size} lent, ${used} counted`);
    assert(
      held.size <= (options.concurrency ?? Infinity),
      "more leases than the concurrency limit",
    );
    assert.equal(callers.size, waiting, "callers in line");
    ceiling = Math.max(max, Math.min(ceiling, total));
    const late = time.now() - TICK_MS;
    for (const { deadline, order } of callers) {
      if (deadline < late) assert.fail(`caller ${order} hangs`);
    }
    const { acquired, timeouts, aborted, rejected } = stats;
    assert.equal(acquired, lent, "leases");
    assert.equal(timeouts + aborted + rejected, ended, "acquires that failed");
    assert.equal(lent + ended + waiting, acquires, "acquires");
    const closed = Object.values(stats.closed).reduce((sum, count) => sum + count, 0);
    assert.equal(stats.opened - closed, idle + used, "opened and not closed");
    if (!adaptive) assert.equal(stats.max, max);
  }

  async function end(): Promise<number> {
    const releases = roll.oneIn(2);
    const drained = pool.drain({ timeoutMs: roll.upTo(3000) }).then(
      () => undefined,
      (error: unknown) => error,
    );
    assert.equal(pool.drain() instanceof Promise, true);
    let extra = 0;
    for (let round = 0; round < 60; round += 1) {
      extra += 1;
      if (releases) release();
      await time.settle();
      if (roll.oneIn(5)) acquire();
      await time.advance(roll.upTo(200));
      verify();
    }
    await time.advance(20_000);
    const error = await drained;
    assert.equal(callers.size, 0, "callers left in line");
    if (error !== undefined) {
      assert(
        error instanceof PoolError && error.code === "DRAIN_TIMEOUT",
        "drain failed otherwise",
      );
    } else assert.equal(held.size, 0, "drained while leases are out");
    assert.equal(connector.live, 0, "sockets left open");
    const { connects } = connector;
    while (held.size > 0) release();
    acquire();
    pool.resize({ max: 20, minIdle: 2 });
    pool.resume();
    pool.evictAll();
    max = 20;
    ceiling = 20;
    await time.advance(200_000);
    verify();
    assert.equal(connector.connects, connects, "connected after the end");
    assert.equal(pool.stats().total, 0);
    assert.equal(pool.stats().state, "closed");
    return extra;
  }

  try {
    const before = roll.oneIn(4) ? roll.upTo(steps) : steps;
    for (let done = 0; done < before; done += 1) await step();
    const extra = await end();
    // What a run that ended early leaves over, another pool of the same seed family takes.
    const rest = steps - before;
    const more =
      rest > 0 ? await modelRun(seed + 1_000_000, rest) : { operations: 0, lent: 0, ended: 0 };
    return {
      operations: before + extra + more.operations,
      lent: lent + more.lent,
      ended: ended + more.ended,
    };
  } finally {
    process.off("unhandledRejection", unhandled);
  }
}

function randomOptions(roll: Dice): Omit<PoolOptions<FakeClient>, "connector"> {
  const max = 1 + roll.upTo(9);
  return {
    max,
    minIdle: roll.oneIn(2) ? roll.upTo(Math.min(3, max)) : 0,
    acquireTimeoutMs: 5000,
    connectTimeoutMs: 1 + roll.upTo(2000),
    validateAfterMs: roll.oneIn(8) ? 0 : roll.upTo(500),
    validateTimeoutMs: 1 + roll.upTo(500),
    keepaliveMs: roll.oneIn(2) ? 0 : 100 + roll.upTo(2000),
    idleTimeoutMs: roll.oneIn(2) ? 0 : 100 + roll.upTo(3000),
    maxLifetimeMs: roll.oneIn(2) ? 0 : 100 + roll.upTo(5000),
    leakDetectionMs: roll.oneIn(10) ? 500 : 0,
    breakerFailures: 1 + roll.upTo(4),
    backoffMs: { first: 1 + roll.upTo(100), last: 200 + roll.upTo(3000) },
    ...(roll.oneIn(3) ? { maxUses: 1 + roll.upTo(50) } : {}),
    ...(roll.oneIn(3) ? { maxWaiting: roll.upTo(40) } : {}),
    ...(roll.oneIn(3) ? { concurrency: 1 + roll.upTo(max - 1) } : {}),
    ...(roll.oneIn(3) ? { adaptive: { min: 1 + roll.upTo(max - 1) } } : {}),
  };
}

async function connectIn(
  weather: Weather,
  time: VirtualEnvironment,
  roll: Dice,
  signal: AbortSignal,
): Promise<void> {
  const aborted = new Promise<void>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
  const rolled = weather === "fine" && roll.oneIn(30) ? "refusing" : weather;
  await Promise.race([aborted, sleep(time, takes(rolled, roll))]);
  if (rolled === "refusing") throw new Error(roll.oneIn(50) ? "wrong password" : "refused");
}

async function answer(weather: Weather, time: VirtualEnvironment, roll: Dice): Promise<void> {
  const rolled = weather === "fine" && roll.oneIn(30) ? "hanging" : weather;
  await sleep(time, takes(rolled, roll));
  if (rolled === "refusing") throw new Error("no answer");
}

function takes(weather: Weather, roll: Dice): number {
  switch (weather) {
    case "fine":
      return roll.upTo(5);
    case "refusing":
      return roll.upTo(10);
    case "slow":
      return roll.upTo(800);
    case "hanging":
      return Number.POSITIVE_INFINITY;
  }
}
