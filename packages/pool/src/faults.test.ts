import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { onConnection } from "@dbadvise/observe";
import {
  DIALECTS,
  type FaultProxy,
  type PrivateServer,
  startFaultProxy,
  startPrivateServer,
} from "@dbadvise/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { createPool } from "./create-pool.ts";
import type { PoolOptions } from "./pool-options.ts";
import type { Pool } from "./pool.ts";
import { ENGINE_WORDS } from "./testing/engine-words.ts";
import { type CallersReport, runCallers } from "./testing/run-callers.ts";
import { seededRandom } from "./testing/seeded-random.ts";

/** Folder for the figures, which are recorded by `pnpm bench:faults`. */
const RESULTS = process.env["DBADVISE_FAULT_RESULTS"];
const CHAOS_MS = Number(process.env["DBADVISE_CHAOS_MS"] ?? 6000);
const SEED = Number(process.env["DBADVISE_POOL_SEED"] ?? 4711);

/** Errors of the pool, by which nobody was lent anything. */
const POOL_ERRORS = new Set(["ACQUIRE_TIMEOUT", "UNAVAILABLE"]);

const CALLERS = 64;
const MAX = 10;
/** Building a MySQL server may take more than a minute, once. */
const START_MS = 300_000;

const BACKOFF = { first: 100, last: 500 };

/** Options under which every fault is found within seconds. */
const QUICK: Partial<PoolOptions<unknown>> = {
  acquireTimeoutMs: 5000,
  connectTimeoutMs: 1000,
  validateTimeoutMs: 300,
  stallMs: 800,
  backoffMs: BACKOFF,
};

const servers: string[] = [];
const table: string[] = [];

afterAll(async () => {
  if (RESULTS === undefined) return;
  const day = new Date().toISOString().slice(0, 10);
  await writeFile(
    join(RESULTS, `pool-faults-${day}.md`),
    `# The pool under faults, ${day}

\`pnpm bench:faults\` (packages/pool/src/faults.test.ts) on Node ${process.version}; ${servers.join("; ")}. ${CALLERS} callers on ${MAX}
connections, each sending one statement after the other; ${BACKOFF.first} to ${BACKOFF.last} ms between connects that fail; seed ${SEED}. Recovery is the time from
the end of the fault to the next answer. Connects per second are counted while the fault lasts.

| Engine | Fault | Lasted | Answers | Errors seen by callers | Longest call | Recovery | Connects/s |
|-|-|-|-|-|-|-|-|
${table.map((row) => `| ${row} |`).join("\n")}
`,
  );
});

describe.each(DIALECTS)("$name", ({ name }) => {
  const words = ENGINE_WORDS[name];
  let server: PrivateServer;
  let proxy: FaultProxy;
  let pool: Pool<unknown>;

  beforeAll(async () => {
    server = await startPrivateServer(name);
    servers.push(server.name);
    proxy = await startFaultProxy(server.url);
    await withAdmin((query) => query("create table written (n int primary key)"));
  }, START_MS);
  afterEach(async () => {
    await proxy.heal();
    await pool.drain({ timeoutMs: 5000 });
  });
  afterAll(async () => {
    proxy?.close();
    await server?.close();
  });

  function open(url: string, options: Partial<PoolOptions<unknown>> = {}): Pool<unknown> {
    pool = createPool({ connector: words.connector({ url }), max: MAX, ...QUICK, ...options });
    return pool;
  }

  async function withAdmin<Result>(
    run: (query: (sql: string) => Promise<readonly Record<string, unknown>[]>) => Promise<Result>,
  ): Promise<Result> {
    await using admin = createPool({ connector: words.connector({ url: server.url }), max: 1 });
    return await run(async (sql) => (await admin.query(sql)).rows);
  }

  /** Runs callers through a fault, and tells what it did to them. */
  async function expectRecovery(
    fault: string,
    inflict: () => Promise<{ readonly over: number }>,
  ): Promise<CallersReport & { readonly recoveryMs: number; readonly connectsPerSecond: number }> {
    const connects: number[] = [];
    const stop = onConnection(({ event }) => {
      if (event === "open" || event === "open-failed") connects.push(performance.now());
    });
    const callers = runCallers(CALLERS, pool, (of) => of.query("select 1"));
    await sleep(300);
    const from = performance.now();
    const { over } = await inflict();
    const until = performance.now();
    await sleep(1500);
    const report = await callers.stop();
    stop();
    const back = report.successes.find((at) => at >= over) ?? Number.POSITIVE_INFINITY;
    const during = connects.filter((at) => at >= from && at <= until).length;
    const connectsPerSecond = during / Math.max(1, (until - from) / 1000);
    const seen = { ...report, recoveryMs: back - over, connectsPerSecond };
    record(name, fault, seen, (until - from) / 1000);
    expect(pool.stats().used, "no lease is lost").toBe(0);
    expect(pool.stats().total).toBeLessThanOrEqual(MAX);
    const lost = Object.entries(report.errors).filter(([code]) => !POOL_ERRORS.has(code));
    expect(
      lost.reduce((sum, [, count]) => sum + count, 0),
      `a lost connection fails its holder's statement, and nobody else's: ${JSON.stringify(report.errors)}`,
    ).toBeLessThanOrEqual(2 * MAX);
    expect(report.longestMs, "no caller hangs").toBeLessThan(8000);
    expect(seen.recoveryMs).toBeLessThan(Number.POSITIVE_INFINITY);
    return seen;
  }

  test("down for two seconds: few knocks, no hung caller, back at once", async () => {
    open(server.url);
    const seen = await expectRecovery("immediate stop, down for 2 s", async () => {
      await server.kill();
      await sleep(2000);
      await server.start();
      return { over: performance.now() };
    });
    expect(seen.connectsPerSecond).toBeLessThanOrEqual(20);
    // The longest wait between two attempts is 500 ms; what is beyond it is the machine's.
    expect(seen.recoveryMs).toBeLessThan(2000);
  });

  test("an immediate restart", async () => {
    open(server.url);
    await expectRecovery("immediate restart", async () => {
      await server.restart();
      return { over: performance.now() };
    });
  });

  test("all sessions terminated", async () => {
    open(server.url);
    await expectRecovery("all sessions terminated", async () => {
      await withAdmin((query) => words.terminateAll(query));
      return { over: performance.now() };
    });
  });

  test("the server stands still for three seconds", async () => {
    open(server.url);
    await expectRecovery("SIGSTOP for 3 s", async () => {
      await server.pause();
      await sleep(3000);
      await server.resume();
      return { over: performance.now() };
    });
  });

  test("sockets cut in silence (node-postgres #2973, #3399, #1075; pgx #2394)", async () => {
    open(proxy.url);
    await expectRecovery("half-open through a proxy", async () => {
      proxy.drop();
      const from = performance.now();
      await sleep(200);
      // New connections get through again; those that lost something stay silent.
      await proxy.heal();
      return { over: from };
    });
    expect(pool.stats().closed["stalled"]).toBeGreaterThan(0);
  });

  test("connections reset and refused", async () => {
    open(proxy.url);
    const seen = await expectRecovery("reset and refused for 1 s", async () => {
      proxy.refuse();
      proxy.reset();
      await sleep(1000);
      await proxy.heal();
      return { over: performance.now() };
    });
    expect(seen.connectsPerSecond).toBeLessThanOrEqual(20);
  });

  test("a wrong password is told at once, with its cause", async () => {
    const connector = words.connector({ url: server.url, password: () => "wrong" });
    pool = createPool({ connector, ...QUICK, acquireTimeoutMs: 60_000 });
    const callers = runCallers(1, pool, (of) =>
      expect(of.query("select 1")).rejects.toMatchObject({
        code: "UNAVAILABLE",
        cause: expect.any(Error),
      }),
    );
    await sleep(500);
    const report = await callers.stop();
    expect(report.errors).toEqual({});
    expect(report.longestMs).toBeLessThan(10_000);
    const seen = { ...report, succeeded: 0, errors: { UNAVAILABLE: report.succeeded } };
    record(name, "wrong password (one caller)", seen, 0.5);
  });

  test("a primary that becomes read-only: writes go on when it is writable again (mysql2 #2050, #3123)", async () => {
    open(server.url);
    let next = 1_000_000;
    const callers = runCallers(8, pool, (of) => of.query(words.insert("written"), [(next += 1)]));
    await sleep(300);
    await server.setReadOnly(true);
    await sleep(700);
    await server.setReadOnly(false);
    const over = performance.now();
    await sleep(1000);
    const report = await callers.stop();
    const { errors, successes } = report;
    const recoveryMs = (successes.find((at) => at > over) ?? Number.POSITIVE_INFINITY) - over;
    record(name, "role turned read-only (8 callers, inserts)", { ...report, recoveryMs }, 0.7);
    expect(
      words.refusesWrites.some((code) => (errors[code] ?? 0) > 0),
      JSON.stringify(errors),
    ).toBe(true);
    expect(successes.some((at) => at > over)).toBe(true);
    const retired = Object.entries(pool.stats().closed);
    expect(retired.length, "connections to a read-only server retire").toBeGreaterThan(0);
  });

  test("rotated credentials are asked for at each connect", async () => {
    const user = "rotating";
    await withAdmin((query) => query(words.createUser(user, "one")));
    let current = "one";
    const url = new URL(server.url);
    url.username = user;
    url.pathname = `/${words.publicDatabase}`;
    const connector = words.connector({
      url: url.href,
      password: async () => {
        await sleep(1);
        return current;
      },
    });
    pool = createPool({ connector, max: MAX, ...QUICK });
    const callers = runCallers(16, pool, (of) => of.query("select 1"));
    await sleep(200);
    await withAdmin((query) => query(words.setPassword(user, "two")));
    current = "two";
    pool.evictAll();
    await sleep(500);
    const report = await callers.stop();
    record(name, "credentials rotated, all connections evicted (16 callers)", report, 0.5);
    const { errors, succeeded } = report;
    expect(errors).toEqual({});
    expect(succeeded).toBeGreaterThan(0);
    expect(pool.stats().closed["evicted"]).toBeGreaterThan(0);
  });

  test(
    `chaos: every acknowledged row is there, no lease is lost (seed ${SEED})`,
    async () => {
      open(proxy.url, { leakDetectionMs: 30_000 });
      await withAdmin((query) => query("create table chaos (n int primary key)"));
      const random = seededRandom(SEED);
      const acknowledged: number[] = [];
      let next = 0;
      const callers = runCallers(32, pool, async (of) => {
        const n = (next += 1);
        if (n % 3 === 0) {
          await of.transaction((lease) => lease.query(words.insert("chaos"), [n]));
        } else await of.query(words.insert("chaos"), [n]);
        acknowledged.push(n);
      });
      const faults: readonly (() => Promise<void> | void)[] = [
        () => server.restart(),
        async () => {
          await server.pause();
          await sleep(500);
          await server.resume();
        },
        () => proxy.reset(),
        () => proxy.drop(),
        () => proxy.drop("toClient"),
        () => proxy.cutAfter(Math.floor(random() * 100), "toClient"),
        () => proxy.delay(random() * 50),
        () => proxy.refuse(),
        () => withAdmin((query) => words.terminateAll(query)),
      ];
      const end = performance.now() + CHAOS_MS;
      while (performance.now() < end) {
        await faults[Math.floor(random() * faults.length)]?.();
        await sleep(200 + random() * 500);
        await proxy.heal();
        await sleep(200 + random() * 500);
      }
      await sleep(2000);
      const report = await callers.stop();
      const rows = await withAdmin((query) => query("select n from chaos"));
      const there = new Set(rows.map(({ n }) => Number(n)));
      expect(
        acknowledged.filter((n) => !there.has(n)),
        `seed ${SEED}`,
      ).toEqual([]);
      expect(acknowledged.length).toBeGreaterThan(100);
      expect(pool.stats().used).toBe(0);
      expect(pool.stats().total).toBeLessThanOrEqual(MAX);
      record(
        name,
        `chaos: ${acknowledged.length} rows acknowledged, all there`,
        report,
        CHAOS_MS / 1000,
      );
    },
    CHAOS_MS + 60_000,
  );
});

/** One row of the recorded table. */
function record(
  engine: string,
  fault: string,
  seen: CallersReport & { readonly recoveryMs?: number; readonly connectsPerSecond?: number },
  seconds: number,
): void {
  const errors = Object.entries(seen.errors).map(([code, count]) => `${code} ${count}`);
  table.push(
    [
      engine,
      fault,
      `${seconds.toFixed(1)} s`,
      seen.succeeded,
      errors.join(", ") || "none",
      `${seen.longestMs.toFixed(0)} ms`,
      seen.recoveryMs === undefined ? "" : `${Math.max(0, seen.recoveryMs).toFixed(0)} ms`,
      seen.connectsPerSecond?.toFixed(1) ?? "",
    ].join(" | "),
  );
}
