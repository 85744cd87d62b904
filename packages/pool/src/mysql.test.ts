import { setTimeout as sleep } from "node:timers/promises";
import { startMariadb, startMysql } from "@dbadvise/testkit";
import { describe, expect, test } from "vitest";
import { mysql } from "./mysql.ts";
import { raw, openConnection } from "./mysql/testing/open-connection.ts";
import { valueOf } from "./testing/value-of.ts";
import { useDatabase } from "./mysql/testing/use-database.ts";

describe.each([
  ["MySQL", startMysql],
  ["MariaDB", startMariadb],
] as const)("%s", (name, start) => {
  const database = useDatabase(start);
  const { open, gone } = database;

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

    test.each([
      // A MariaDB 10 without a certificate of its own speaks no TLS.
      ...(name === "MySQL" ? [["TLS", { ssl: { rejectUnauthorized: false } }] as const] : []),
      ["compression", { compress: true }] as const,
    ])("everything is seen over %s too", async (_, options) => {
      const connection = await open({ uri: database.url, ...options });
      const { query } = connection;
      await connection.begin({});
      expect(connection.state()).toBe("dirty");
      await query("insert into t values (1, 1)", [], {});
      await query("set @x = 1", [], {});
      await connection.reset();
      expect(connection.state()).toBe("clean");
      expect(await valueOf(connection, "select count(*) as n from t")).toBe(0);
      const signal = AbortSignal.timeout(100);
      await expect(query("select sleep(60)", [], { signal })).rejects.toMatchObject({
        name: "TimeoutError",
      });
      expect(await valueOf(connection, "select repeat('x', 100000) as x")).toHaveLength(100_000);
      expect(connection.retired).toEqual([]);
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
      await database.admin.query(`kill ${connection.client.threadId}`, [], {});
      await database.admin.query(`kill ${other.client.threadId}`, [], {});
    });
  });
});
