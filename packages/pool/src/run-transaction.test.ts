import { DIALECTS, startFaultProxy, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { createPool } from "./create-pool.ts";
import type { IsolationLevel } from "./connector.ts";
import type { Lease } from "./lease.ts";
import type { Pool } from "./pool.ts";
import { runTransaction } from "./run-transaction.ts";
import { ENGINE_WORDS } from "./testing/engine-words.ts";
import { poolOnFake, watch } from "./testing/pool-on-fake.ts";

/** Building a MySQL server may take more than a minute, once. */
const START_MS = 300_000;

/** What the server says when it ends a transaction for another one's sake: of writes that follow reads, and of locks. */
const CONFLICTS = {
  postgres: { serialization: "40001", deadlock: "40P01" },
  mysql: { serialization: "ER_LOCK_DEADLOCK", deadlock: "ER_LOCK_DEADLOCK" },
  mariadb: { serialization: "ER_LOCK_DEADLOCK", deadlock: "ER_LOCK_DEADLOCK" },
} as const;

/** An error that the connectors take for such a one. */
const RETRYABLE = Object.assign(new Error("a conflict"), { code: "40001", errno: 1213 });

/** Resolves when so many wait for it. */
function meeting(count: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let there = 0;
  return () => {
    there += 1;
    if (there === count) resolve();
    return promise;
  };
}

describe.each(DIALECTS)("$name", ({ name, start }) => {
  const words = ENGINE_WORDS[name];
  let database: TestDatabase;
  let pool: Pool<unknown>;

  beforeAll(async () => {
    database = await start();
    pool = createPool({ connector: words.connector(database), max: 3 });
    await pool.query("create table t (id int primary key, n int)");
  }, START_MS);
  beforeEach(async () => {
    await pool.query("delete from t");
    await pool.query("insert into t values (1, 0), (2, 0)");
  });
  afterAll(async () => {
    await pool?.drain();
    await database?.close();
  });

  async function rows(): Promise<number[]> {
    const { rows: found } = await pool.query<{ n: number }>("select n from t order by id");
    return found.map(({ n }) => n);
  }

  test("commits, and then runs what follows the commit on the same connection", async () => {
    let inside: unknown;
    const seen: unknown[] = [];
    const result = await pool.transaction(
      async (lease) => {
        inside = lease.client;
        await lease.query("update t set n = 5 where id = 1");
        return "done";
      },
      {
        afterCommit: async (lease) => {
          seen.push(lease.client === inside, await rows());
        },
      },
    );
    expect(result).toBe("done");
    expect(seen).toEqual([true, [5, 0]]);
    expect(pool.stats().used).toBe(0);
  });

  test("is committed also when what follows the commit fails", async () => {
    const failing = pool.transaction((lease) => lease.query("update t set n = 6 where id = 1"), {
      afterCommit: () => Promise.reject(RETRYABLE),
      retries: 3,
    });
    await expect(failing).rejects.toBe(RETRYABLE);
    expect(await rows()).toEqual([6, 0]);
    expect(pool.stats().used).toBe(0);
  });

  test("rolls back once, rejects with the error, and keeps the connection", async () => {
    const { opened, closed } = pool.stats();
    const error = new Error("changed my mind");
    let runs = 0;
    const failing = pool.transaction(
      async (lease) => {
        runs += 1;
        await lease.query("update t set n = 7");
        throw error;
      },
      { retries: 5 },
    );
    await expect(failing).rejects.toBe(error);
    expect(runs).toBe(1);
    expect(await rows()).toEqual([0, 0]);
    expect(pool.stats()).toMatchObject({ opened, closed, resets: 0, used: 0 });
  });

  test("is read-only where that is asked for, and only then", async () => {
    const write = (lease: Lease<unknown>) => lease.query("update t set n = 8 where id = 2");
    await expect(pool.transaction(write, { readOnly: true })).rejects.toThrow(/read.only/i);
    expect(await rows()).toEqual([0, 0]);
    await pool.transaction(write);
    expect(await rows()).toEqual([0, 8]);
  });

  /** Two transactions that read the same row and then write to it. */
  async function increments(retries: number): Promise<{
    readonly errors: readonly unknown[];
    readonly runs: number;
  }> {
    const bothHaveRead = meeting(2);
    const isolation: IsolationLevel = "serializable";
    let runs = 0;
    const increment = () =>
      pool.transaction(
        async (lease) => {
          runs += 1;
          const found = await lease.query<{ n: number }>("select n from t where id = 1");
          await bothHaveRead();
          await lease.query(`update t set n = ${(found.rows[0]?.n ?? 0) + 1} where id = 1`);
        },
        { isolation, retries },
      );
    const results = await Promise.allSettled([increment(), increment()]);
    const errors = results.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    return { errors, runs };
  }

  test("one of two conflicting transactions fails with the server's word", async () => {
    const { errors, runs } = await increments(0);
    expect(errors).toEqual([expect.objectContaining({ code: CONFLICTS[name].serialization })]);
    expect(runs).toBe(2);
    expect(await rows()).toEqual([1, 0]);
  });

  test("the one that the server ended is run again, and no update is lost", async () => {
    const { errors, runs } = await increments(5);
    expect(errors).toEqual([]);
    expect(runs).toBeGreaterThanOrEqual(3);
    expect(await rows()).toEqual([2, 0]);
  });

  test("a deadlock's victim is run again", async () => {
    const bothHaveLocked = meeting(2);
    const victims: unknown[] = [];
    const lockBoth = (first: number, second: number) =>
      pool.transaction(
        async (lease) => {
          await lease.query(`update t set n = n + 1 where id = ${first}`);
          await bothHaveLocked();
          await lease.query(`update t set n = n + 1 where id = ${second}`).catch((error) => {
            victims.push((error as { readonly code: unknown }).code);
            throw error;
          });
        },
        { retries: 5 },
      );
    await Promise.all([lockBoth(1, 2), lockBoth(2, 1)]);
    expect(victims).toContain(CONFLICTS[name].deadlock);
    expect(await rows()).toEqual([2, 2]);
  });

  test("a commit whose answer is lost is not run again: it may have happened", async () => {
    const proxy = await startFaultProxy(database.url);
    const distant = createPool({ connector: words.connector({ url: proxy.url }), max: 1 });
    let runs = 0;
    try {
      const unknown = distant.transaction(
        async (lease) => {
          runs += 1;
          await lease.query("update t set n = n + 1 where id = 1");
          // The server hears of the commit; its answer is cut off in the middle.
          proxy.cutAfter(3, "toClient");
        },
        { retries: 5 },
      );
      await expect(unknown).rejects.toThrow(Error);
      expect(runs).toBe(1);
      await vi.waitFor(async () => expect(await rows()).toEqual([1, 0]), { timeout: 10_000 });
      await proxy.heal();
      await distant.query("select 1");
      expect(distant.stats()).toMatchObject({ opened: 2, used: 0 });
    } finally {
      await distant.drain();
      proxy.close();
    }
  });

  test("a connection that can't roll back is not lent again", async () => {
    const one = createPool({ connector: words.connector(database), max: 1 });
    const error = new Error("changed my mind");
    const failing = one.transaction((lease) => {
      Object.assign(lease, { rollback: () => Promise.reject(new Error("no rollback")) });
      return Promise.reject(error);
    });
    await expect(failing).rejects.toBe(error);
    await one.query("select 1");
    expect(one.stats()).toMatchObject({ opened: 2, closed: { "released with an error": 1 } });
    await one.drain();
  });

  test("an abort ends the runs, and gives the connection back", async () => {
    const abort = new AbortController();
    const reason = new Error("enough");
    let runs = 0;
    const failing = pool.transaction(
      async (lease) => {
        runs += 1;
        await lease.query("update t set n = 9");
        abort.abort(reason);
        throw RETRYABLE;
      },
      { retries: 5, signal: abort.signal },
    );
    await expect(failing).rejects.toBe(reason);
    expect(runs).toBe(1);
    expect(pool.stats().used).toBe(0);
    expect(await rows()).toEqual([0, 0]);
  });

  test("whoever releases the lease inside is told, and nothing is committed", async () => {
    const one = createPool({ connector: words.connector(database), max: 1 });
    const failing = one.transaction(async (lease) => {
      await lease.query("update t set n = 10");
      lease.release();
    });
    await expect(failing).rejects.toMatchObject({ code: "LEASE_ENDED" });
    const { rows: found } = await one.query("select id from t where n = 10");
    expect(found).toEqual([]);
    expect(one.stats()).toMatchObject({ opened: 1, resets: 1, used: 0 });
    await one.drain();
  });
});

test("what the function rejects with after it has released the lease is told as it is", async () => {
  const { pool, time } = poolOnFake();
  const running = watch(
    runTransaction(
      pool.acquire,
      () => true,
      time,
      (lease) => {
        lease.release();
        return Promise.reject(RETRYABLE);
      },
      { retries: 2 },
    ),
  );
  await time.advance(1000);
  expect(running.error).toBe(RETRYABLE);
  expect(pool.stats()).toMatchObject({ used: 0, idle: 1 });
});

test("pauses between runs stay short, however many there are", async () => {
  const { pool, time } = poolOnFake();
  let runs = 0;
  const running = watch(
    runTransaction(
      pool.acquire,
      () => true,
      { ...time, random: () => 0.999 },
      () => {
        runs += 1;
        return Promise.reject(RETRYABLE);
      },
      { retries: 30 },
    ),
  );
  await time.advance(30_000);
  expect(runs).toBe(31);
  expect(running.error).toBe(RETRYABLE);
  expect(pool.stats().used).toBe(0);
});
