import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { onQuery } from "@dbadvise/observe";
import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import original, {
  type Pool,
  type PoolConnection,
  type PoolOptions,
  type RowDataPacket,
} from "mysql2";
import originalPromises from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import ours, { createPool, type MysqlPoolOptions } from "./mysql2.ts";
import oursPromises, { createPool as createPromisePool } from "./mysql2-promise.ts";

/** Building a MySQL server may take more than a minute, once. */
const START_MS = 300_000;

/** What users do with a pool, each told as a value: mysql2's own pool must tell the same. */
const USES: Record<string, (pool: Pool, url: string) => unknown> = {
  "query with a callback": (pool) => called((done) => pool.query("select 1 as a, 'x' as b", done)),
  "query with values": (pool) => called((done) => pool.query("select ? as a", [5], done)),
  "query with an options object": (pool) =>
    called((done) => pool.query({ sql: "select ? as a", values: [5], rowsAsArray: true }, done)),
  "query with named placeholders": (pool) =>
    called((done) =>
      pool.query({ sql: "select :a as a", namedPlaceholders: true }, { a: 5 }, done),
    ),
  "query that changes": (pool) =>
    called((done) => pool.query("insert into t values (1, 'one'), (2, 'two')", done)),
  "query that fails": (pool) => called((done) => pool.query("select from nowhere", done)),
  "query with a value that can't be written": (pool) =>
    called((done) => pool.query("select ?", [Symbol("x")], done)),
  "query as a stream": async (pool) => {
    const rows: unknown[] = [];
    const stream = pool.query("select 1 as n union select 2 union select 3").stream();
    for await (const row of stream) rows.push({ ...(row as object) });
    return rows;
  },
  "query by events": async (pool) => {
    const events: unknown[] = [];
    const query = pool.query("select 1 as n union select 2");
    query.on("fields", (fields: { name: string }[]) => events.push(fields.map(({ name }) => name)));
    query.on("result", (row: object) => events.push({ ...row }));
    await once(query, "end");
    return events;
  },
  "query by events that fails": async (pool) => {
    const [error] = await once(pool.query("select from nowhere"), "error");
    return (error as { code: string }).code;
  },
  "a stream that fails": async (pool) => {
    const stream = pool.query("select from nowhere").stream();
    const [error] = await once(stream, "error");
    return (error as { code: string }).code;
  },
  "execute with values": (pool) => called((done) => pool.execute("select ? as a", [5], done)),
  "execute without values": (pool) => called((done) => pool.execute("select 5 as a", done)),
  "execute that fails": (pool) => called((done) => pool.execute("select from nowhere", done)),
  "execute with an undefined value": (pool) =>
    called((done) => pool.execute("select ?", [undefined as never], done)),
  "a connection of one's own": (pool) =>
    withConnection(pool, (connection) =>
      called((done) => connection.query("select ? as a", [7], done)),
    ),
  "a transaction": async (pool) => {
    await withConnection(pool, async (connection) => {
      await called((done) => connection.beginTransaction(done));
      await called((done) => connection.query("insert into t values (1, 'one')", done));
      await called((done) => connection.rollback(done));
      await called((done) => connection.beginTransaction(done));
      await called((done) => connection.query("insert into t values (2, 'two')", done));
      await called((done) => connection.commit(done));
    });
    return called((done) => pool.query("select * from t", done));
  },
  "several statements": (pool) =>
    called((done) => pool.query("select 1 as a; select 2 as b; delete from t", done)),
  "a procedure": async (pool) => {
    await called((done) =>
      pool.query("create procedure p(in x int) select x as y, x + 1 as z", done),
    );
    const result = await called((done) => pool.query("call p(?)", [4], done));
    await called((done) => pool.query("drop procedure p", done));
    return result;
  },
  "releasing through the pool": async (pool) => {
    const connection = await connectionOf(pool);
    pool.releaseConnection(connection);
    return called((done) => pool.query("select 1 as a", done));
  },
  "a destroyed connection": async (pool) => {
    const connection = await connectionOf(pool);
    const { threadId } = connection;
    connection.destroy();
    const failed = await called((done) => connection.query("select 1 as a", done));
    const other = await withConnection(pool, (next) => Promise.resolve(next.threadId !== threadId));
    return [failed, other];
  },
  "the same connection next": async (pool) => {
    const first = await connectionOf(pool);
    first.release();
    const second = await connectionOf(pool);
    second.release();
    return first === second;
  },
  "a second release": async (pool) => {
    const connection = await connectionOf(pool);
    return [connection.release(), connection.release()];
  },
  "no connection left, and no waiting": async (pool, url) => {
    const small = sameKind(pool)({ uri: url, connectionLimit: 1, waitForConnections: false });
    const held = await connectionOf(small);
    const refused = await called((done) => small.getConnection(done));
    held.release();
    await ended(small);
    return refused;
  },
  "a full queue": async (pool, url) => {
    const small = sameKind(pool)({ uri: url, connectionLimit: 1, queueLimit: 1 });
    const held = await connectionOf(small);
    const waits = called((done) => small.query("select 1 as a", done));
    const refused = await called((done) => small.getConnection(done));
    held.release();
    const outcome = [await waits, refused];
    await ended(small);
    return outcome;
  },
  "a queue that has room while connections are opened": async (pool, url) => {
    const small = sameKind(pool)({ uri: url, connectionLimit: 3, queueLimit: 1 });
    const outcome = await Promise.all(
      [1, 2, 3].map((n) => called((done) => small.query("select ? as n", [n], done))),
    );
    await ended(small);
    return outcome;
  },
  "a wrong password": async (pool, url) => {
    const wrong = new URL(url);
    wrong.password = "wrong";
    const refused = sameKind(pool)(wrong.href);
    const outcome = (await called((done) => refused.query("select 1", done))) as unknown[];
    await ended(refused);
    return (outcome[0] as { code: string }).code;
  },
  "nobody there": async (pool) => {
    const refused = sameKind(pool)({ host: "127.0.0.1", port: 1, connectionLimit: 2 });
    const outcomes = await Promise.all(
      [1, 2, 3].map(() => called((done) => refused.getConnection(done))),
    );
    await ended(refused);
    return outcomes;
  },
  "after its end": async (pool, url) => {
    const over = sameKind(pool)(url);
    await called((done) => over.query("select 1 as a", done));
    await ended(over);
    return [
      await called((done) => over.query("select 1 as a", done)),
      await called((done) => over.execute("select 1 as a", done)),
      await called((done) => over.getConnection(done)),
    ];
  },
  "ended twice, and unused": async (pool, url) => {
    const over = sameKind(pool)(url);
    return [await ended(over), await ended(over)];
  },
  "events of a first connection": async (pool, url) => {
    const fresh = sameKind(pool)({ uri: url, connectionLimit: 1 });
    const events: string[] = [];
    for (const name of ["connection", "acquire", "enqueue", "release"]) {
      fresh.on(name, () => events.push(name));
    }
    const connection = await connectionOf(fresh);
    events.push("got it");
    connection.release();
    await ended(fresh);
    return events;
  },
  "events of waiting": async (pool, url) => {
    const fresh = sameKind(pool)({ uri: url, connectionLimit: 1 });
    let waited = 0;
    fresh.on("enqueue", () => (waited += 1));
    const held = await connectionOf(fresh);
    const next = connectionOf(fresh);
    held.release();
    (await next).release();
    await ended(fresh);
    return waited;
  },
  "what a connection listener sets": async (pool, url) => {
    const fresh = sameKind(pool)({ uri: url, connectionLimit: 1 });
    fresh.on("connection", (connection) => connection.query("set @greeting = 'hello'"));
    const outcome = await called((done) => fresh.query("select @greeting as greeting", done));
    await ended(fresh);
    return outcome;
  },
  "format and escape": (pool) => [
    pool.format("select ? from ?? where a = ?", [new Date(0), "t", "it's"]),
    pool.escape({ a: 1 }),
    pool.escapeId("a.b"),
    pool.escapeId(["a", "b"]),
  ],
  "configuration in the URI": async (pool, url) => {
    const uri = `${url}?connectionLimit=3&dateStrings=true&queueLimit=7`;
    const configured = sameKind(pool)(uri);
    const { connectionLimit, queueLimit, maxIdle, idleTimeout } = configured.config;
    const outcome = await called((done) => configured.query("select date '2020-01-02' as d", done));
    await ended(configured);
    return [{ connectionLimit, queueLimit, maxIdle, idleTimeout }, outcome];
  },
  "the promise wrapper": async (pool) => {
    const promised = pool.promise();
    const rows = await promised.query("select ? as a", [1]);
    const executed = await promised.execute("select ? as a", [1]);
    const connection = await promised.getConnection();
    await connection.beginTransaction();
    const inside = await connection.query("select 2 as a");
    await connection.commit();
    connection.release();
    const again = await promised.getConnection();
    promised.releaseConnection(again);
    const failed = await promised.query("select from nowhere").catch(codeOf);
    return [rows, executed, inside].map(([first]) => first).concat(failed as never);
  },
};

describe.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("%s", (_, start) => {
  let database: TestDatabase;
  const pools: Pool[] = [];

  beforeAll(async () => {
    database = await start();
    const admin = openOriginal();
    await admin.promise().query("create table t (id int primary key, name varchar(10))");
  }, START_MS);

  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => ended(pool)));
  });

  afterAll(() => database.close());

  function open(options: MysqlPoolOptions = {}, create: typeof createPool = createPool): Pool {
    const pool = create({ uri: database.url, ...options });
    pools.push(pool);
    return pool;
  }

  function openOriginal(): Pool {
    return open({}, createOriginal);
  }

  test.each(Object.entries(USES))("the same as mysql2's own pool: %s", async (__, use) => {
    const told: unknown[] = [];
    for (const create of [createOriginal, createPool]) {
      const pool = open({ multipleStatements: true }, create);
      await pool.promise().query("delete from t");
      told.push(await use(pool, database.url));
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[1]).toBeDefined();
  });

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

  test("the promise entry, its default export, and what else mysql2 exports", async () => {
    const pool = createPromisePool(database.url);
    const [rows] = await pool.query("select 1 as a");
    expect(rows).toEqual([{ a: 1 }]);
    await using connection = await pool.getConnection();
    await connection.ping();
    expect(oursPromises.createPool).toBe(createPromisePool);
    expect(ours.createPool).toBe(createPool);
    expect(ours.createConnection).toBe(original.createConnection);
    expect(ours.Types).toBe(original.Types);
    expect(oursPromises.createConnection).toBe(originalPromises.createConnection);
    connection.release();
    await pool.end();
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

type Done = (error: unknown, result?: unknown, fields?: unknown) => void;

/** What a callback was given, without what differs from run to run. */
function called(send: (done: Done) => unknown): Promise<unknown> {
  return new Promise((resolve) => {
    const done: Done = (error, result, fields) =>
      resolve([
        error instanceof Error ? codeOf(error) : error,
        result,
        Array.isArray(fields) ? fields.length : fields,
      ]);
    try {
      send(done);
    } catch (error) {
      resolve(["thrown", codeOf(error)]);
    }
  });
}

function codeOf(error: unknown): unknown {
  const { code, errno, sqlState, message } = error as {
    code?: string;
    errno?: number;
    sqlState?: string;
    message: string;
  };
  return { code, errno, sqlState, message };
}

function connectionOf(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
  });
}

async function withConnection<Result>(
  pool: Pool,
  use: (connection: PoolConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await connectionOf(pool);
  try {
    return await use(connection);
  } finally {
    connection.release();
  }
}

function ended(pool: Pool): Promise<unknown> {
  return new Promise((resolve) => pool.end((error) => resolve(error ?? "ended")));
}

function createOriginal(config: string | MysqlPoolOptions): Pool {
  return original.createPool(config as PoolOptions);
}

/** Makes another pool of the same kind. */
function sameKind(pool: Pool): typeof createPool {
  return pool.constructor.name === "Pool" ? createOriginal : createPool;
}
