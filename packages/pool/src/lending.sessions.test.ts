import { DIALECTS, type FaultProxy, startFaultProxy, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createPool } from "./create-pool.ts";
import type { PoolOptions } from "./pool-options.ts";
import type { Pool } from "./pool.ts";
import { ENGINE_WORDS } from "./testing/engine-words.ts";

/** Building a MySQL server may take more than a minute, once. */
const START_MS = 300_000;

/** What the next holder of a connection finds. */
describe.each(DIALECTS)("$name", ({ name, start }) => {
  const words = ENGINE_WORDS[name];
  let database: TestDatabase;
  let proxy: FaultProxy;
  let witness: Pool<unknown>;
  let pool: Pool<unknown>;

  beforeAll(async () => {
    database = await start();
    proxy = await startFaultProxy(database.url);
    witness = createPool({ connector: words.connector(database), max: 1 });
    await witness.query("create table t (n int primary key)");
  }, START_MS);
  afterEach(async () => {
    await proxy.heal();
    await pool.drain();
    await witness.query("delete from t");
  });
  afterAll(async () => {
    await witness?.drain();
    proxy?.close();
    await database?.close();
  });

  function open(options: Partial<PoolOptions<unknown>> = {}, url = database.url): Pool<unknown> {
    pool = createPool({ connector: words.connector({ url }), max: 1, ...options });
    return pool;
  }

  async function sessions(): Promise<number> {
    const { rows } = await witness.query<{ sessions: unknown }>(words.countSessions);
    return Number(rows[0]?.sessions);
  }

  test("a connection that was released with a running statement is closed, not lent", async () => {
    open();
    const lease = await pool.acquire();
    const { client } = lease;
    const running = lease.query(words.sleep(30)).then(
      () => "answered",
      () => "lost",
    );
    lease.release();
    const next = await pool.acquire();
    expect(next.client).not.toBe(client);
    expect(await running).toBe("lost");
    expect(pool.stats().closed).toEqual({ "released while a query was running": 1 });
    next.release();
  });

  test.each([
    ["a transaction", () => undefined],
    ["a failed transaction", () => words.insert("t").replace(/values .*/, "values (1)")],
  ])("a connection that was released in %s is rolled back and lent again", async (_, then) => {
    open();
    const lease = await pool.acquire();
    const { client } = lease;
    await lease.begin();
    await lease.query(words.insert("t"), [1]);
    const failing = then();
    if (failing !== undefined) await lease.query(failing).catch(() => undefined);
    lease.release();
    const next = await pool.acquire();
    expect(next.client).toBe(client);
    const { rows } = await next.query("select n from t");
    expect(rows).toEqual([]);
    await next.query(words.insert("t"), [2]);
    next.release();
    expect((await witness.query("select n from t")).rows).toEqual([{ n: 2 }]);
    expect(pool.stats()).toMatchObject({ opened: 1, resets: 1, closed: {} });
  });

  test("whoever waits gets the connection after its reset, not before", async () => {
    open();
    const lease = await pool.acquire();
    await lease.begin();
    await lease.query(words.insert("t"), [3]);
    const waiting = pool.query("select n from t");
    lease.release();
    expect((await waiting).rows).toEqual([]);
    expect(pool.stats()).toMatchObject({ opened: 1, resets: 1 });
  });

  test("what a `connect` listener sets is its first holder's, and wiped after that", async () => {
    open();
    pool.on("connect", (client) => {
      const { query } = client as { query(sql: string): unknown };
      query.call(client, "create temporary table own (n int)");
    });
    const fill = `insert into own values (1)`;
    await pool.query(fill);
    await expect(pool.query(fill)).rejects.toThrow(/own.*(?:exist|found)/i);
    expect(pool.stats()).toMatchObject({ opened: 1, resets: 1 });
  });

  test("a connection whose answer comes late is not lent: its check has a deadline of its own", async () => {
    open({ validateAfterMs: 0, validateTimeoutMs: 100, acquireTimeoutMs: 30_000 }, proxy.url);
    const first = await pool.acquire();
    const { client } = first;
    first.release();
    proxy.delay(1000);
    const waiting = pool.acquire();
    await expect
      .poll(() => pool.stats().closed, { timeout: 20_000 })
      .toEqual({ "validation failed": 1 });
    await proxy.heal();
    const next = await waiting;
    expect(next.client).not.toBe(client);
    await next.query("select 1");
    next.release();
    await expect.poll(sessions, { timeout: 20_000 }).toBe(1);
  });
});
