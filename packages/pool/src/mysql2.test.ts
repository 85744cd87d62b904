import { once } from "node:events";
import { startMariadb, startMysql } from "@dbadvise/testkit";
import original, { type Pool, type PoolOptions } from "mysql2";
import { describe, expect, test } from "vitest";
import { called, codeOf, connectionOf, ended, withConnection } from "./mysql/testing/callbacks.ts";
import { usePools } from "./mysql/testing/use-pools.ts";
import { createPool, type MysqlPoolOptions } from "./mysql2.ts";

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
  const database = usePools(start);

  test.each(Object.entries(USES))("the same as mysql2's own pool: %s", async (__, use) => {
    const told: unknown[] = [];
    for (const create of [createOriginal, createPool]) {
      const pool = database.keep(create({ uri: database.url, multipleStatements: true }));
      await pool.promise().query("delete from t");
      told.push(await use(pool, database.url));
    }
    expect(told[1]).toEqual(told[0]);
    expect(told[1]).toBeDefined();
  });
});

function createOriginal(config: string | MysqlPoolOptions): Pool {
  return original.createPool(config as PoolOptions);
}

/** Makes another pool of the same kind. */
function sameKind(pool: Pool): typeof createPool {
  return pool.constructor.name === "Pool" ? createOriginal : createPool;
}
