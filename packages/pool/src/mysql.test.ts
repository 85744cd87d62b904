import { createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { onQuery, type QueryEnd } from "@dbadvise/observe";
import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import type { Connection as Client } from "mysql2";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { mysql } from "./mysql.ts";
import { type OpenedConnection, openConnection, valueOf } from "./mysql/testing/open-connection.ts";

/** Building a MySQL server may take more than a minute, once. */
const START_MS = 300_000;

describe.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("%s", (name, start) => {
  let database: TestDatabase;
  let admin: OpenedConnection;
  const opened: OpenedConnection[] = [];

  beforeAll(async () => {
    database = await start();
    admin = await openConnection(database.url);
    await admin.query("create table t (id int primary key, n int)", [], {});
  }, START_MS);

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close({ now: true })));
  });

  afterAll(async () => {
    await admin.close();
    await database.close();
  });

  async function open(
    config: Parameters<typeof openConnection>[0] = database.url,
    options: Parameters<typeof openConnection>[1] = {},
  ): Promise<OpenedConnection> {
    const connection = await openConnection(config, options);
    opened.push(connection);
    return connection;
  }

  /** Sends on the raw client, as a holder may. */
  async function raw(connection: OpenedConnection, sql: string): Promise<void> {
    await connection.client.promise().query(sql);
  }

  /** Waits until the server has no session of this id. */
  async function gone(id: number): Promise<void> {
    await vi.waitFor(
      async () => {
        const { rows } = await admin.query<{ Id: number | string }>("show processlist", [], {});
        expect(rows.map(({ Id }) => Number(Id))).not.toContain(id);
      },
      { timeout: 10_000, interval: 100 },
    );
  }

  describe("connecting", () => {
    test("a new connection is clean, was just heard, and knows its server", async () => {
      const url = new URL(database.url);
      const connector = mysql(database.url);
      const connection = await connector.connect({
        signal: AbortSignal.timeout(30_000),
        pool: "test",
        role: "primary",
        onRetire() {},
      });
      const system = name === "MariaDB" ? "mariadb" : "mysql";
      expect(connection.state()).toBe("clean");
      expect(connection.lastHeard()).toBeGreaterThan(performance.now() - 30_000);
      expect(connection.server).toEqual({
        system,
        host: url.hostname,
        port: Number(url.port),
        database: url.pathname.slice(1),
        role: "primary",
      });
      expect(connector.system).toBe(system);
      expect(connector.description).toBe(`${url.host}${url.pathname}`);
      await connection.close();
    });

    test("credentials are asked for at each connect", async () => {
      const url = new URL(database.url);
      let password = url.password;
      const connector = mysql({
        host: url.hostname,
        port: Number(url.port),
        user: url.username,
        password: () => Promise.resolve(password),
      });
      const connect = () =>
        connector.connect({
          signal: AbortSignal.timeout(30_000),
          pool: "test",
          role: "unknown",
          onRetire() {},
        });
      await (await connect()).close();
      password = "wrong";
      const refused = await connect().catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "ER_ACCESS_DENIED_ERROR" });
      expect(connector.isPermanent(refused)).toBe(true);
      expect(connector.isPermanent(Object.assign(new Error(), { code: "ECONNREFUSED" }))).toBe(
        false,
      );
    });

    test("onConnect runs before the first use and after a reset; what it does is part of a clean session", async () => {
      const connection = await open(database.url, {
        // Not awaited: what it sends without waiting is waited for too.
        onConnect: (client) => void client.query("set @answer = 42"),
      });
      expect(connection.state()).toBe("clean");
      expect(Number(await valueOf(connection, "select @answer as x"))).toBe(42);
      await raw(connection, "set @answer = 1");
      await connection.reset();
      expect(Number(await valueOf(connection, "select @answer as x"))).toBe(42);
    });

    test("an onConnect that fails closes the connection", async () => {
      let id = 0;
      const connecting = open(database.url, {
        onConnect: async (client) => {
          id = client.threadId;
          await client.promise().query("no such statement");
        },
      });
      await expect(connecting).rejects.toMatchObject({ code: "ER_PARSE_ERROR" });
      await gone(id);
    });

    test("an aborted connect leaves no late connection behind", async () => {
      // A server that accepts and says nothing.
      const sockets = new Set<Socket>();
      const server = createServer((socket) => {
        sockets.add(socket);
        socket
          .resume()
          .on("error", () => {})
          .on("close", () => sockets.delete(socket));
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as { port: number };
      const reason = new Error("too late");
      const abort = new AbortController();
      const connecting = mysql({ host: "127.0.0.1", port }).connect({
        signal: abort.signal,
        pool: "test",
        role: "unknown",
        onRetire() {},
      });
      await vi.waitFor(() => expect(sockets.size).toBe(1));
      abort.abort(reason);
      await expect(connecting).rejects.toBe(reason);
      await vi.waitFor(() => expect(sockets.size).toBe(0));
      server.close();
    });
  });

  describe("what a session has become", () => {
    test("a transaction is seen as the server tells it, without a round trip", async () => {
      const connection = await open();
      const sent = await questions();
      expect(connection.state()).toBe("clean");
      await raw(connection, "start transaction");
      expect(connection.state()).toBe("dirty");
      await raw(connection, "insert into t values (1, 1)");
      expect(connection.state()).toBe("dirty");
      await raw(connection, "commit");
      expect(connection.state()).toBe("clean");
      await raw(connection, "delete from t");
      expect(connection.state()).toBe("clean");
      expect(await questions()).toBe(sent + 5);

      async function questions(): Promise<number> {
        const { rows } = await connection.query<{ Value: string }>(
          "show session status like 'Questions'",
          [],
          {},
        );
        return Number(rows[0]?.Value);
      }
    });

    test("by statements that answer with rows too, where autocommit is off", async () => {
      const connection = await open(database.url, {
        onConnect: (client) => client.promise().query("set autocommit = 0"),
      });
      expect(connection.state()).toBe("clean");
      await valueOf(connection, "select count(*) as n from t");
      expect(connection.state()).toBe("dirty");
      await connection.reset();
      expect(connection.state()).toBe("clean");
      // An error carries no status: the transaction that its statement began must be assumed.
      await expect(raw(connection, "insert into t values (1, 2, 3)")).rejects.toThrow("ount");
      expect(connection.state()).toBe("dirty");
    });

    test.each([
      "set @x = 1",
      "select @x := 1 as x",
      "select 1 into @x",
      "set sql_mode = ''",
      "set names latin1",
      "create temporary table temp_t (id int)",
      "select get_lock('dbadvise pool test', 1)",
      "prepare p from 'select 1'",
      "lock tables t read",
      "use information_schema",
      "/*!40101 set @saved = 1 */",
      "/* comment */ set /* comment */ @x = 1",
    ])("is changed by %s", async (sql) => {
      const connection = await open();
      await raw(connection, sql);
      expect(connection.state()).toBe("dirty");
      await connection.reset();
      expect(connection.state()).toBe("clean");
    });

    test("the next transaction's characteristics go with that transaction", async () => {
      const connection = await open();
      await raw(connection, "set transaction isolation level serializable");
      expect(connection.state()).toBe("dirty");
      await raw(connection, "start transaction");
      await raw(connection, "commit");
      expect(connection.state()).toBe("clean");
    });

    test("a failed statement and a released one are not busy, a running one is", async () => {
      const connection = await open();
      const { client } = connection;
      const states = await new Promise<string[]>((resolve) => {
        const seen: string[] = [];
        client.query("select from where", () => {
          seen.push(connection.state());
          client.execute("select * from no_such_table", () => {
            seen.push(connection.state());
            client.query("select 1", () => {
              seen.push(connection.state());
              resolve(seen);
            });
            seen.push(connection.state());
          });
        });
        seen.push(connection.state());
      });
      expect(states).toEqual(["busy", "clean", "clean", "busy", "clean"]);
    });

    test("prepared statements of execute are no change, and survive what is none", async () => {
      const connection = await open();
      const { client } = connection;
      await client.promise().execute("select ? + 1 as x", [1]);
      await raw(connection, "start transaction");
      await connection.reset();
      expect(await preparedHere()).toBe(1);
      await client.promise().execute("select ? + 1 as x", [1]);
      expect(await preparedHere()).toBe(1);

      async function preparedHere(): Promise<number> {
        const { rows } = await connection.query<{ Value: string }>(
          "show session status like 'Com_stmt_prepare'",
          [],
          {},
        );
        return Number(rows[0]?.Value);
      }
    });
  });

  describe("reset", () => {
    test("brings back the state after connecting", async () => {
      const connection = await open();
      const settings = `select concat_ws(' ', @@character_set_client, @@character_set_results,
        @@character_set_connection, @@collation_connection, @@sql_mode, @@time_zone, @@autocommit,
        database()) as x`;
      const before = await valueOf(connection, settings);
      await raw(connection, "create temporary table temp_t (id int)");
      await raw(connection, "set @x = 1, sql_mode = '', time_zone = '+07:00', autocommit = 0");
      await raw(connection, "set names latin1");
      await raw(connection, "select get_lock('dbadvise reset', 1)");
      await raw(connection, "use information_schema");
      await connection.client.promise().execute("select ? as x", [1]);
      await raw(
        connection,
        `insert into ${new URL(database.url).pathname.slice(1)}.t values (9, 9)`,
      );
      expect(connection.state()).toBe("dirty");

      await connection.reset();

      expect(connection.state()).toBe("clean");
      expect(await valueOf(connection, settings)).toBe(before);
      expect(await valueOf(connection, "select @x as x")).toBeNull();
      expect(await valueOf(connection, "select is_used_lock('dbadvise reset') as x")).toBeNull();
      expect(await valueOf(connection, "select count(*) as n from t")).toBe(0);
      await expect(raw(connection, "select * from temp_t")).rejects.toMatchObject({ errno: 1146 });
      // What is not ASCII goes out as before.
      await connection.reset();
      const { rows } = await connection.query("select ? as x, hex('ü') as h", ["größer 😀"], {});
      expect(rows).toEqual([{ x: "größer 😀", h: "C3BC" }]);
    });

    test("forgets prepared statements, whose ids the server gives out again", async () => {
      const connection = await open();
      const { client } = connection;
      const execute = async (sql: string) => (await client.promise().execute(sql, [1]))[0];
      expect(await execute("select ? + 1 as x")).toEqual([{ x: 2 }]);
      await raw(connection, "set @x = 1");
      await connection.reset();
      expect(await execute("select ? + 2 as y")).toEqual([{ y: 3 }]);
      expect(await execute("select ? + 1 as x")).toEqual([{ x: 2 }]);
      expect(await execute("select ? + 2 as y")).toEqual([{ y: 3 }]);
    });

    test("rejects where there is no way back: no database, or another user", async () => {
      const url = new URL(database.url);
      url.pathname = "/";
      const connection = await open(url.href);
      await raw(connection, "use information_schema");
      await expect(connection.reset()).rejects.toThrow("no way back");
      const other = await open();
      await other.client.promise().changeUser({ database: "information_schema" });
      expect(other.retired).toContain("CHANGE_USER");
    });

    test("takes away listeners that a holder left on the client", async () => {
      const connection = await open();
      const listeners = connection.client.listenerCount("error");
      connection.client.on("error", () => {});
      expect(connection.state()).toBe("dirty");
      await connection.reset();
      expect(connection.client.listenerCount("error")).toBe(listeners);
    });
  });

  describe("retiring", () => {
    test.each([
      [1290, "The server is running with the --read-only option so it cannot execute this"],
      [1290, "The server is running with the --super-read-only option so it cannot execute this"],
      [1792, "Cannot execute statement in a READ ONLY transaction."],
      [1836, "Running in read-only mode"],
      [1053, "Server shutdown in progress"],
      [1927, "Connection was killed"],
      [1047, "WSREP has not yet prepared node for application use"],
    ])("error %i: %s (mysql2 #2050, #3123)", async (errno, message) => {
      const connection = await open();
      const fail = `signal sqlstate 'HY000' set mysql_errno = ${errno}, message_text = '${message}'`;
      await expect(raw(connection, fail)).rejects.toMatchObject({ errno });
      expect(connection.retired).toHaveLength(1);
    });

    test("a read-only error is no reason on a replica, nor where it was asked for, nor another 1290", async () => {
      const fail = (errno: number, message: string) =>
        `signal sqlstate 'HY000' set mysql_errno = ${errno}, message_text = '${message}'`;
      const replica = await open(database.url, { role: "replica" });
      await expect(raw(replica, fail(1290, "with the --read-only option"))).rejects.toThrow("only");
      expect(replica.retired).toEqual([]);

      const connection = await open();
      await expect(
        raw(connection, fail(1290, "with the --secure-file-priv option")),
      ).rejects.toThrow("secure");
      await connection.begin({ readOnly: true });
      await expect(raw(connection, "insert into t values (1, 1)")).rejects.toMatchObject({
        errno: 1792,
      });
      await connection.rollback();
      expect(connection.retired).toEqual([]);
      await raw(connection, "start transaction");
      await expect(raw(connection, fail(1792, "READ ONLY transaction"))).rejects.toThrow("ONLY");
      expect(connection.retired).toHaveLength(1);
    });

    test("a connection that the server ended while idle (mysql2 #683, #939, #2498)", async () => {
      const connection = await open();
      await admin.query(`kill ${connection.client.threadId}`, [], {});
      await vi.waitFor(() => expect(connection.retired.length).toBeGreaterThan(0));
      expect(connection.state()).toBe("busy");
      await expect(connection.validate()).rejects.toMatchObject({ fatal: true });
      await connection.close();
    });

    test("a connection that is lost in a query (knex #5186, mysql2 #2962)", async () => {
      const connection = await open();
      const running = connection.query("select sleep(60)", [], {});
      const failed = running.catch((error: Error) => error.message);
      await admin.query(`kill ${connection.client.threadId}`, [], {});
      expect(await failed).toMatch(/lost|closed|killed|reset/i);
      await vi.waitFor(() => expect(connection.retired.length).toBeGreaterThan(0));
    });
  });

  describe("query", () => {
    test("gives rows, or how many were changed", async () => {
      const connection = await open();
      const changed = await connection.query(
        "insert into t values (?, ?), (?, ?)",
        [1, 2, 3, 4],
        {},
      );
      const changes = { affected: 2, changed: 0, insertId: undefined };
      expect(changed).toEqual({ rows: [], rowCount: 2, changes });
      // Two are matched, one is changed.
      const updated = await connection.query("update t set n = 4", [], {});
      expect(updated.changes).toMatchObject({ affected: 2, changed: 1 });
      await connection.query(
        "create temporary table ids (id bigint unsigned auto_increment primary key)",
        [],
        {},
      );
      const insert = "insert into ids values (?)";
      const large = 9_007_199_254_740_995n;
      expect((await connection.query(insert, [large - 1n], {})).rowCount).toBe(1);
      expect((await connection.query(insert, [null], {})).changes?.insertId).toBe(large);
      const read = await connection.query("select id from t order by id", [], {});
      expect(read).toEqual({ rows: [{ id: 1 }, { id: 3 }], rowCount: 2 });
      await connection.query("create procedure p() begin select 7 as x; end", [], {});
      expect(await connection.query("call p()", [], {})).toEqual({ rows: [{ x: 7 }], rowCount: 1 });
      await connection.query("drop procedure p", [], {});
      await connection.query("delete from t", [], {});
    });

    test.each(["select sleep(60) as x", "select count(*) from t as a where sleep(60) = 0"])(
      "an abort kills it on the server, and the connection is of further use: %s",
      async (sql) => {
        const connection = await open();
        await connection.query("insert ignore into t values (1, 1)", [], {});
        const reason = new Error("nobody wants it any more");
        const abort = new AbortController();
        const running = connection.query(sql, [], { signal: abort.signal });
        const rejected = running.catch((error: unknown) => error);
        await vi.waitFor(() => expect(statementOf(connection.client)).resolves.toContain("sleep"));
        expect(connection.state()).toBe("busy");
        abort.abort(reason);
        expect(await rejected).toBe(reason);
        expect(connection.state()).toBe("clean");
        expect(connection.retired).toEqual([]);
        for (let round = 0; round < 5; round += 1) {
          expect(await valueOf(connection, "select 1 as x")).toBe(1);
        }
      },
    );

    test("an abort before sending sends nothing, and one in the queue leaves the running statement alone", async () => {
      const connection = await open();
      const aborted = AbortSignal.abort(new Error("early"));
      await expect(
        connection.query("insert into t values (5, 5)", [], { signal: aborted }),
      ).rejects.toThrow("early");
      const abort = new AbortController();
      const first = connection.query("select sleep(0.3) as x", [], {});
      const second = connection.query("insert into t values (5, 5)", [], { signal: abort.signal });
      abort.abort(new Error("in the queue"));
      await expect(second).rejects.toThrow("in the queue");
      expect(await first).toEqual({ rows: [{ x: 0 }], rowCount: 1 });
      expect(await valueOf(connection, "select count(*) as n from t where id = 5")).toBe(0);
      expect(connection.state()).toBe("clean");
    });

    test("aborts at any moment: none hits a statement that comes after", async () => {
      const connection = await open();
      for (let round = 0; round < 40; round += 1) {
        const abort = new AbortController();
        const running = connection.query("select sleep(0.02) as x", [], { signal: abort.signal });
        const ended = running.catch(() => undefined);
        // Behind it already: it must not be taken for the one that is killed.
        const next = round % 2 === 0 ? undefined : valueOf(connection, "select sleep(0.001) as x");
        setTimeout(() => abort.abort(new Error("round")), round);
        expect((await next) ?? 0, `round ${round}`).toBe(0);
        await ended;
        expect(await valueOf(connection, "select sleep(0.001) as x"), `round ${round}`).toBe(0);
      }
      expect(connection.retired).toEqual([]);
    });

    test("a KILL that may be too late is used up by a statement of no effect (MySQL bug 45679)", async () => {
      const connection = await open();
      const done = async (): Promise<number> => {
        const { rows } = await connection.query<{ Value: string }>(
          "show session status like 'Com_do'",
          [],
          {},
        );
        return Number(rows[0]?.Value);
      };
      // Killed, this one ends well.
      const sql = "select ifnull((select sleep(60)), 1) as x";
      const abort = new AbortController();
      const running = connection.query(sql, [], { signal: abort.signal });
      // Behind it: it must not be the one that the KILL is used up by.
      const next = done();
      await vi.waitFor(() => expect(statementOf(connection.client)).resolves.toContain("sleep"));
      abort.abort(new Error("stop"));
      await expect(running).rejects.toThrow("stop");
      expect(await next).toBe(name === "MySQL" ? 1 : 0);
    });

    test("a statement is killed by the address that it runs at, and nothing else is killed", async () => {
      const connection = await open();
      const other = await open();
      // The same id as seen elsewhere belongs to another statement.
      Object.defineProperty(connection.client, "threadId", { value: other.client.threadId });
      const innocent = other.query("select sleep(1) as innocent", [], {});
      const abort = new AbortController();
      const running = connection.query("select sleep(60) as x", [], { signal: abort.signal });
      await sleep(100);
      abort.abort(new Error("stop"));
      await expect(running).rejects.toThrow("stop");
      expect(connection.retired.length).toBeGreaterThan(0);
      expect(await innocent).toEqual({ rows: [{ innocent: 0 }], rowCount: 1 });
    });

    /** What the server runs for a client. */
    async function statementOf({ threadId }: Client): Promise<string> {
      const { rows } = await admin.query<{ Id: unknown; Info: string | null }>(
        "show full processlist",
        [],
        {},
      );
      return rows.find(({ Id }) => Number(Id) === threadId)?.Info ?? "";
    }
  });

  describe("transactions", () => {
    test("begin, commit and rollback, with isolation and read only", async () => {
      const connection = await open();
      await connection.begin({ isolation: "serializable" });
      await connection.query("insert into t values (20, 1)", [], {});
      expect(connection.state()).toBe("dirty");
      await connection.rollback();
      expect(connection.state()).toBe("clean");
      await connection.begin({ isolation: "read committed", readOnly: true });
      await expect(connection.query("delete from t", [], {})).rejects.toMatchObject({
        errno: 1792,
      });
      await connection.commit();
      expect(await valueOf(connection, "select count(*) as n from t where id = 20")).toBe(0);
      expect(connection.state()).toBe("clean");
    });

    test("a deadlock may be run again, after a rollback", async () => {
      const [one, two] = [await open(), await open()];
      await one.query("insert into t values (31, 0), (32, 0)", [], {});
      await one.begin({});
      await two.begin({});
      await one.query("update t set n = 1 where id = 31", [], {});
      await two.query("update t set n = 1 where id = 32", [], {});
      const results = await Promise.allSettled([
        one.query("update t set n = 2 where id = 32", [], {}),
        two.query("update t set n = 2 where id = 31", [], {}),
      ]);
      const errors = results.flatMap((each) => (each.status === "rejected" ? [each.reason] : []));
      expect(errors).toMatchObject([{ errno: 1213 }]);
      expect(mysql(database.url).mayRetry(errors[0])).toBe(true);
      expect(mysql(database.url).mayRetry(new Error("other"))).toBe(false);
      await one.rollback();
      await two.rollback();
      expect([one.state(), two.state()]).toEqual(["clean", "clean"]);
    });

    test("a lock wait timeout may be run again, though its transaction goes on", async () => {
      const [one, two] = [await open(), await open()];
      await one.query("insert into t values (41, 0)", [], {});
      await one.begin({});
      await one.query("update t set n = 1 where id = 41", [], {});
      await two.query("set innodb_lock_wait_timeout = 1", [], {});
      await two.begin({});
      const error: unknown = await two
        .query("update t set n = 2 where id = 41", [], {})
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ errno: 1205 });
      expect(mysql(database.url).mayRetry(error)).toBe(true);
      expect(two.state()).toBe("dirty");
      await two.rollback();
      await one.rollback();
    });
  });

  describe("closing", () => {
    test("says goodbye, and resolves when the socket is closed", async () => {
      const connection = await openConnection(database.url);
      const id = connection.client.threadId;
      await Promise.all([connection.close(), connection.close({ now: true }), connection.close()]);
      expect(connection.retired).toContain("PROTOCOL_CONNECTION_LOST");
      await gone(id);
    });

    test("whether the server is at work for it is asked over another connection", async () => {
      const connection = await open();
      const signal = AbortSignal.timeout(30_000);
      expect(await connection.isWorking(signal)).toBe(false);
      const running = connection.query("select sleep(0.5) as x", [], {});
      await sleep(50);
      expect(await connection.isWorking(signal)).toBe(true);
      await running;
      const { threadId } = connection.client;
      await connection.close();
      await gone(threadId);
      expect(await connection.isWorking(signal)).toBe(false);
      await expect(connection.isWorking(AbortSignal.abort(new Error("late")))).rejects.toThrow(
        "late",
      );
    });

    test("while a statement runs, at once or after a grace", async () => {
      const connection = await openConnection(database.url);
      const running = connection.query("select sleep(60)", [], {}).catch(() => "lost");
      await connection.close();
      expect(await running).toBe("lost");
      const other = await openConnection(database.url);
      const alsoRunning = other.query("select sleep(60)", [], {}).catch(() => "lost");
      await other.close({ now: true });
      expect(await alsoRunning).toBe("lost");
      await admin.query(`kill ${connection.client.threadId}`, [], {});
      await admin.query(`kill ${other.client.threadId}`, [], {});
    });
  });

  describe("what is observed", () => {
    async function observed(use: () => Promise<unknown>): Promise<QueryEnd[]> {
      const seen: QueryEnd[] = [];
      const stop = onQuery((query) => seen.push(query));
      try {
        await use();
      } finally {
        stop();
      }
      return seen;
    }

    test("every way to send a query", async () => {
      const connection = await open();
      const { client } = connection;
      const seen = await observed(async () => {
        await connection.query("select ? as lease", [1], {});
        await new Promise((resolve) => client.query("select 1 as callback", resolve));
        await new Promise((resolve) => client.query("select ? as listed", [1], resolve));
        await new Promise((resolve) =>
          client.query({ sql: "select ? as object", values: [1] }, resolve),
        );
        await client.promise().query("select ? as promised", [1]);
        await client.promise().execute("select ? as executed", [1]);
        for await (const row of client.query("select id from t where id < 0").stream()) void row;
        const statement = await client.promise().prepare("select ? as prepared");
        await statement.execute([1]);
        await statement.execute([2]);
        await client.promise().beginTransaction();
        await client.promise().rollback();
      });
      expect(seen.map(({ sql, parameterCount, rows }) => [sql, parameterCount, rows])).toEqual([
        ["select ? as lease", 1, 1],
        ["select 1 as callback", 0, 1],
        ["select ? as listed", 1, 1],
        ["select ? as object", 1, 1],
        ["select ? as promised", 1, 1],
        ["select ? as executed", 1, 1],
        ["select id from t where id < 0", 0, 0],
        ["select ? as prepared", 1, 1],
        ["select ? as prepared", 1, 1],
        ["START TRANSACTION", 0, 0],
        ["ROLLBACK", 0, 0],
      ]);
      expect(seen.every(({ pool, error }) => pool === "test" && error === undefined)).toBe(true);
      expect(seen[0]?.server).toEqual(connection.server);
    });

    test("errors: of the statement, of its preparation, of a stream, of a lost connection", async () => {
      const connection = await open();
      const { client } = connection;
      const seen = await observed(async () => {
        await client
          .promise()
          .query("select * from no_such_table")
          .catch(() => {});
        await client
          .promise()
          .execute("select * from no_such_table")
          .catch(() => {});
        const stream = client.query("select * from no_such_table").stream();
        await new Promise((resolve) => stream.once("error", resolve));
        // mysql2 tells a stream nothing when its connection is lost.
        client.query("select sleep(60)").stream();
        await admin.client.promise().query(`kill ${client.threadId}`);
        await vi.waitFor(() => expect(connection.retired).not.toEqual([]));
        await expect(client.promise().query("select 1")).rejects.toThrow(/lost|closed/);
      });
      const codes = seen.map(({ sql, errorCode }) => `${sql}: ${errorCode}`);
      expect(codes.filter((code) => !code.startsWith("kill")).toSorted()).toEqual([
        "select * from no_such_table: ER_NO_SUCH_TABLE",
        "select * from no_such_table: ER_NO_SUCH_TABLE",
        "select * from no_such_table: ER_NO_SUCH_TABLE",
        expect.stringContaining("select 1: "),
        expect.stringMatching(/^select sleep\(60\): (PROTOCOL_CONNECTION_LOST|ER_)/),
      ]);
    });
  });
});
