import { setTimeout as sleep } from "node:timers/promises";
import { DIALECTS } from "@dbadvise/testkit";
import { describe, expect, it } from "vitest";
import { createPool } from "./create-pool.ts";
import type { Lease } from "./lease.ts";
import { PoolError } from "./pool-error.ts";
import { dice } from "./testing/dice.ts";
import { ENGINE_WORDS } from "./testing/engine-words.ts";

const SEED = Number(process.env["DBADVISE_POOL_SEED"] ?? Date.now() % 1_000_000);
const STEPS = 3000;
const MOST = 8;
/** Building a MySQL server may take more than a minute, once. */
const LIMIT_MS = 300_000;

/** The operations of the model test that a server can follow, on its own clock. */
describe.each(DIALECTS)("a pool on $name", ({ name, start }) => {
  const words = ENGINE_WORDS[name];

  it("keeps its promises through random operations", { timeout: LIMIT_MS }, async () => {
    const roll = dice(SEED);
    const database = await start();
    const witness = createPool({ connector: words.connector(database), max: 1, name: "witness" });
    const pool = createPool({
      connector: words.connector(database),
      max: MOST,
      minIdle: 1,
      maxUses: 40,
      maxLifetimeMs: 2000,
      idleTimeoutMs: 300,
      keepaliveMs: 200,
      validateAfterMs: 20,
    });
    const held = new Map<unknown, Lease<unknown>>();
    const statements = new Set<Promise<unknown>>();
    const pending = new Set<{ readonly deadline: number; readonly abort: AbortController }>();
    const faults: string[] = [];
    let lent = 0;

    function acquire(): void {
      const abort = new AbortController();
      const timeoutMs = roll.oneIn(5) ? roll.upTo(20) : 5000;
      const caller = { deadline: performance.now() + timeoutMs, abort };
      pending.add(caller);
      pool.acquire({ timeoutMs, signal: abort.signal, priority: roll.upTo(2) }).then(
        (lease) => {
          pending.delete(caller);
          lent += 1;
          if (held.has(lease.client)) faults.push("two holders");
          held.set(lease.client, lease);
          return undefined;
        },
        (error: unknown) => {
          pending.delete(caller);
          if (!(error instanceof PoolError) && error !== abort.signal.reason) {
            faults.push(`an acquire failed otherwise: ${(error as Error).message}`);
          }
        },
      );
    }

    function send(sql: string): void {
      const lease = roll.pick([...held.values()]);
      if (lease === undefined) return;
      // It may be killed, or its lease may end meanwhile.
      const statement = lease.query(sql).catch(() => undefined);
      statements.add(statement);
      void statement.finally(() => statements.delete(statement));
    }

    function release(): void {
      const lease = roll.pick([...held.values()]);
      if (lease === undefined) return;
      held.delete(lease.client);
      lease.release(roll.oneIn(20) ? new Error("broken") : undefined);
      expect(() => lease.release()).toThrow("was released");
    }

    async function sessions(): Promise<number> {
      const { rows } = await witness.query<{ sessions: string }>(words.countSessions);
      return Number(rows[0]?.sessions);
    }

    /** A server strikes a session out some time after its socket is closed, never the other way round. */
    async function sessionsAtMost(most: () => number): Promise<void> {
      const until = performance.now() + 10_000;
      let seen = await sessions();
      while (seen > most() && performance.now() < until) {
        await sleep(20);
        seen = await sessions();
      }
      expect(seen, `seed ${SEED}`).toBeLessThanOrEqual(most());
    }

    async function step(at: number): Promise<void> {
      if (at < 330) acquire();
      else if (at < 560) release();
      else if (at < 780) send("select 1");
      else if (at < 800) send("begin");
      else if (at < 810) send(words.sleep(0.05));
      else if (at < 900) await sleep(roll.upTo(4));
      else if (at < 930) roll.pick([...pending])?.abort.abort(new Error("aborted"));
      else if (at < 945) pool.resize({ max: 1 + roll.upTo(MOST - 1), minIdle: roll.upTo(1) });
      else if (at < 955) pool.suspend();
      else if (at < 985) pool.resume();
      else if (at < 990) pool.evictAll();
    }

    try {
      for (let done = 0; done < STEPS; done += 1) {
        await step(roll.upTo(999));
        const { total, opening, idle, used, closing } = pool.stats();
        expect(opening + idle + used + closing, `seed ${SEED}`).toBe(total);
        expect(total, `seed ${SEED}`).toBeLessThanOrEqual(MOST);
        expect(faults, `seed ${SEED}`).toEqual([]);
        if (done % 300 === 299) await sessionsAtMost(() => MOST);
      }
      pool.resume();
      const drained = pool.drain({ timeoutMs: 30_000 });
      while (held.size > 0 || pending.size > 0) {
        release();
        await sleep(1);
      }
      await drained;
      await Promise.all(statements);
      expect(lent).toBeGreaterThan(STEPS / 10);
      expect(pool.stats()).toMatchObject({ total: 0, state: "closed" });
      await sessionsAtMost(() => 0);
    } finally {
      await pool.drain({ timeoutMs: 1000 }).catch(() => undefined);
      await witness.drain();
      await database.close();
    }
  });
});
