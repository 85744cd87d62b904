import { createRequire } from "node:module";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { onQuery } from "@dbadvise/observe";
import { startMariadb, startMysql } from "@dbadvise/testkit";
import original, { type Pool, type PoolConnection, type RowDataPacket } from "mysql2";
import originalPromises from "mysql2/promise";
import { describe, expect, test, vi } from "vitest";
import oursPromises, { createPool as createPromisePool } from "../mysql2-promise.ts";
import ours, { createPool, type MysqlPoolOptions } from "../mysql2.ts";
import { called, connectionOf, ended, withConnection } from "./testing/callbacks.ts";
import { usePools } from "./testing/use-pools.ts";

describe.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("%s", (_, start) => {
  const database = usePools(start);
  const open = (options: MysqlPoolOptions = {}): Pool =>
    database.keep(createPool({ uri: database.url, ...options }));
  const openOriginal = (): Pool => database.keep(original.createPool(database.url));

  test("a session goes back clean, whatever its holder did", async () => {
    const pool = open({ connectionLimit: 1 }).promise();
    const connection = await pool.getConnection();
    await connection.query("set @x = 1, sql_mode = ''");
    await connection.query("create temporary table temp_t (id int)");
    await connection.beginTransaction();
    await connection.query("insert into t values (50, 'left')");
    connection.release();
    const [rows] = await pool.query("select @x as x, @@sql_mode = '' as m, count(*) as n from t");
    expect(rows).toEqual([{ x: null, m: 0, n: 0 }]);
    await expect(pool.query("select * from temp_t")).rejects.toMatchObject({
      code: "ER_NO_SUCH_TABLE",
    });
  });

  test("where `connection` listeners set up the session, it is replaced instead of reset", async () => {
    const pool = open({ connectionLimit: 1 });
    let connections = 0;
    const setUp = async (connection: PoolConnection): Promise<void> => {
      await connection.promise().query("set time_zone = '+01:00'");
      await connection.promise().query("set lock_wait_timeout = 7");
    };
    pool.on("connection", (connection) => {
      connections += 1;
      void setUp(connection);
    });
    const promised = pool.promise();
    const read = async () =>
      (await promised.query("select @@time_zone as zone, @@lock_wait_timeout as seconds"))[0];
    expect(await read()).toEqual([{ zone: "+01:00", seconds: 7 }]);
    expect(connections).toBe(1);
    await promised.query("start transaction");
    expect(await read()).toEqual([{ zone: "+01:00", seconds: 7 }]);
    expect(connections).toBe(1);
    await promised.query("set lock_wait_timeout = 8");
    expect(await read()).toEqual([{ zone: "+01:00", seconds: 7 }]);
    expect(connections).toBeGreaterThan(1);
  });

  test("prepared statements are kept per connection", async () => {
    const pool = open({ connectionLimit: 1 }).promise();
    const prepared = async () => {
      const [rows] = await pool.query<RowDataPacket[]>(
        "show session status like 'Com_stmt_prepare'",
      );
      return Number(rows[0]?.["Value"]);
    };
    for (let round = 0; round < 3; round += 1) await pool.execute("select ? + 1 as a", [round]);
    expect(await prepared()).toBe(1);
  });

  test("a connection lost while idle is not lent, and ends no process (mysql2 #683, #939, #2498, #2962)", async () => {
    const pool = open({ connectionLimit: 2 });
    const killer = openOriginal().promise();
    const held = await Promise.all([connectionOf(pool), connectionOf(pool)]);
    const ids = held.map(({ threadId }) => threadId);
    for (const connection of held) connection.release();
    for (const id of ids) await killer.query(`kill ${id}`);
    await sleep(100);
    for (let round = 0; round < 4; round += 1) {
      expect(await called((done) => pool.query("select 1 as a", done))).toEqual([
        null,
        [{ a: 1 }],
        1,
      ]);
    }
  });

  test("a failover retires the connection, however it was used (mysql2 #2050, #3123)", async () => {
    const pool = open({ connectionLimit: 1 }).promise();
    const refused =
      "signal sqlstate 'HY000' set mysql_errno = 1290, message_text = 'with the --read-only option'";
    const connection = await pool.getConnection();
    const { threadId } = connection;
    await expect(connection.query(refused)).rejects.toMatchObject({ errno: 1290 });
    connection.release();
    const next = await pool.getConnection();
    expect(next.threadId).not.toBe(threadId);
    next.release();
  });

  test("the wait for a connection is bounded, where it is asked for (mysql2 #4497)", async () => {
    const pool = open({ connectionLimit: 1, acquireTimeout: 50 }).promise();
    const held = await pool.getConnection();
    await expect(pool.query("select 1")).rejects.toMatchObject({ code: "ACQUIRE_TIMEOUT" });
    held.release();
    await pool.query("select 1");
  });

  test("a stream on a connection that is lost ends with an error, and its place is free again", async () => {
    const pool = open({ connectionLimit: 1 });
    const killer = openOriginal().promise();
    const { threadId } = await withConnection(pool, (connection) => Promise.resolve(connection));
    const stream = pool.query("select sleep(60) as x").stream();
    stream.resume();
    const failed = once(stream, "error");
    await sleep(100);
    await killer.query(`kill ${threadId}`);
    const [error] = await failed;
    expect(error).toMatchObject({ fatal: true });
    expect(await called((done) => pool.query("select 1 as a", done))).toEqual([
      null,
      [{ a: 1 }],
      1,
    ]);
  });

  test("idle connections above maxIdle are closed, and so are those of idleTimeout", async () => {
    const pool = open({ connectionLimit: 4, maxIdle: 1, idleTimeout: 60_000 });
    const held = await Promise.all([1, 2, 3, 4].map(() => connectionOf(pool)));
    const ids = held.map(({ threadId }) => threadId);
    for (const connection of held) connection.release();
    const admin = openOriginal().promise();
    await vi.waitFor(
      async () => {
        const [rows] = await admin.query<RowDataPacket[]>("show processlist");
        expect(rows.filter(({ Id }) => ids.includes(Number(Id)))).toHaveLength(1);
      },
      { timeout: 15_000, interval: 200 },
    );
  });

  test("end() waits for what runs and for who holds", async () => {
    const pool = createPool({ uri: database.url, connectionLimit: 2 });
    const held = await connectionOf(pool);
    const running = called((done) => pool.query("select sleep(0.2) as x", done));
    await sleep(50);
    let over = false;
    const end = ended(pool).then(() => (over = true));
    expect(await running).toEqual([null, [{ x: 0 }], 1]);
    expect(over).toBe(false);
    expect(await called((done) => held.query("select 1 as a", done))).toEqual([
      null,
      [{ a: 1 }],
      1,
    ]);
    held.release();
    await end;
  });

  test("a second release is warned of once, and takes nothing away", async () => {
    const warnings = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const pool = open({ connectionLimit: 1 });
    const connection = await connectionOf(pool);
    connection.release();
    connection.release();
    connection.release();
    expect(warnings).toHaveBeenCalledOnce();
    warnings.mockRestore();
    await withConnection(pool, (next) => called((done) => next.query("select 1", done)));
  });

  test("releases in the callback of a failure keep the connection", async () => {
    const pool = open({ connectionLimit: 1 });
    const ids = new Set<number>();
    for (const send of ["query", "execute"] as const) {
      const connection = await connectionOf(pool);
      ids.add(connection.threadId);
      await new Promise<void>((resolve) => {
        connection[send]("select from nowhere", () => {
          connection.release();
          resolve();
        });
      });
    }
    expect(ids.size).toBe(1);
  });

  test("what the two entries export, by name, by default, and to require", async () => {
    expectAllButPool(ours, original);
    expectAllButPool(oursPromises, originalPromises);
    expect(ours.createPool).toBe(createPool);
    expect(oursPromises.createPool).toBe(createPromisePool);
    const require = createRequire(import.meta.url);
    expectAllButPool(require("../mysql2.ts") as object, require("mysql2") as object);
    expectAllButPool(
      require("../mysql2-promise.ts") as object,
      require("mysql2/promise") as object,
    );
    // Types by way of the default import.
    const options: ours.PoolOptions = { uri: database.url };
    const pool: oursPromises.Pool = oursPromises.createPool(options);
    const [rows] = await pool.query<ours.RowDataPacket[]>("select 1 as a");
    expect(rows).toEqual([{ a: 1 }]);
    await using connection = await pool.getConnection();
    await connection.ping();
    // Released at the end of this block, which the end of the pool waits for.
    void pool.end();
  });

  test("every query is observed, with its placeholders", async () => {
    const pool = open();
    const seen: string[] = [];
    const stop = onQuery(({ sql, parameterCount, rows }) => {
      seen.push(`${sql} | ${parameterCount} | ${rows}`);
    });
    await called((done) => pool.query("select ? as a", [1], done));
    await called((done) => pool.execute("select ? as b", [1], done));
    await pool.promise().query("select ? as c", [1]);
    for await (const row of pool.query("select ? as d", [1]).stream()) void row;
    stop();
    expect(seen).toEqual(["a", "b", "c", "d"].map((name) => `select ? as ${name} | 1 | 1`));
  });

  test("a thousand queries of many callers over few connections", async () => {
    const pool = open({ connectionLimit: 3 });
    const peak = { now: 0, most: 0 };
    pool.on("acquire", () => (peak.most = Math.max(peak.most, (peak.now += 1))));
    pool.on("release", () => (peak.now -= 1));
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (__, n) =>
        called((done) => pool.query("select ? as n", [n], done)),
      ),
    );
    expect(answers.map((answer) => (answer as [null, [{ n: number }]])[1][0].n)).toEqual(
      Array.from({ length: 1000 }, (__, n) => n),
    );
    expect(peak.most).toBeLessThanOrEqual(3);
  });
});

/** Everything is the original's, but what makes pools. */
function expectAllButPool(exports: object, originals: object): void {
  const same = Object.entries(originals).map(([name, value]: [string, unknown]) => [
    name,
    Reflect.get(exports, name) === value,
  ]);
  const wanted = Object.keys(originals).map((name) => [name, !/^createPool(Promise)?$/.test(name)]);
  expect(same).toEqual(wanted);
}
