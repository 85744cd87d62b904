import dns from "node:dns";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres, startPrivateServer, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import Cursor from "pg-cursor";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { postgres } from "./postgres.ts";
import { type OpenedConnection, openConnection } from "./postgres/testing/open-connection.ts";
import { valueOf } from "./testing/value-of.ts";

let database: TestDatabase;
let admin: pg.Client;
const opened: OpenedConnection[] = [];

beforeAll(async () => {
  database = await startPostgres();
  admin = new pg.Client({ connectionString: database.url });
  await admin.connect();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close({ now: true })));
});

afterAll(async () => {
  await admin.end();
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

/** Waits until the server has no session of this process id. */
async function gone(pid: unknown): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await admin.query("select from pg_stat_activity where pid = $1", [pid]);
      expect(rows).toEqual([]);
    },
    { timeout: 10_000 },
  );
}

describe("connecting", () => {
  test("a new connection is clean, was just heard, and knows its server", async () => {
    const connection = await open();
    const url = new URL(database.url);
    expect(connection.state()).toBe("clean");
    const connectedAt = connection.lastHeard();
    await connection.query("select pg_sleep(0.01)", [], {});
    expect(connection.lastHeard()).toBeGreaterThan(connectedAt);
    expect(connection.server).toEqual({
      system: "postgresql",
      host: url.hostname,
      port: Number(url.port),
      database: url.pathname.slice(1),
      role: "unknown",
    });
    expect(postgres(database.url).description).toBe(`${url.host}${url.pathname}`);
  });

  test("credentials are asked for at each connect", async () => {
    const url = new URL(database.url);
    const asked = vi.fn<() => Promise<string>>(() => Promise.resolve(url.href));
    const connector = postgres(asked);
    const connect = (): ReturnType<typeof connector.connect> =>
      connector.connect({
        signal: AbortSignal.timeout(30_000),
        pool: "t",
        role: "unknown",
        onRetire() {},
      });
    await (await connect()).close();
    await admin.query("create role rotated login password 'two'");
    url.username = "rotated";
    url.password = "two";
    const second = await connect();
    expect(await valueOf(second, "select current_user")).toBe("rotated");
    await second.close();
    expect(asked).toHaveBeenCalledTimes(2);
    await admin.query("drop role rotated");
    const refused = await connect().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(Error);
    expect(connector.isPermanent(refused)).toBe(true);
  });

  test("a host name is resolved anew at each connect", async () => {
    const resolve = vi.spyOn(dns, "lookup");
    try {
      const url = new URL(database.url);
      url.hostname = "localhost";
      await open(url.href);
      await open(url.href);
      expect(resolve.mock.calls.filter(([name]) => name === "localhost")).toHaveLength(2);
    } finally {
      resolve.mockRestore();
    }
  });

  test("onConnect runs before the first use, and what it does is part of a clean session", async () => {
    const connection = await open(database.url, {
      onConnect: (client) => client.query("set search_path = somewhere"),
    });
    expect(connection.state()).toBe("clean");
    expect(await valueOf(connection, "show search_path")).toBe("somewhere");
  });

  test("an onConnect that fails closes the connection", async () => {
    let pid: unknown;
    const connecting = open(database.url, {
      onConnect: async (client) => {
        const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
        pid = rows[0]?.pid;
        throw new Error("not today");
      },
    });
    await expect(connecting).rejects.toThrow("not today");
    await gone(pid);
  });

  test("a connect aborted while it waits for a password never connects", async () => {
    const abort = new AbortController();
    const password = Promise.withResolvers<string>();
    const asked = Promise.withResolvers<void>();
    const url = new URL(database.url);
    const connecting = postgres(() => {
      asked.resolve();
      return password.promise.then((given) => ({
        connectionString: url.href,
        application_name: "late",
        password: given,
      }));
    }).connect({ signal: abort.signal, pool: "test", role: "unknown", onRetire() {} });
    await asked.promise;
    abort.abort(new Error("too late"));
    await expect(connecting).rejects.toThrow("too late");
    password.resolve("x");
    await sleep(100);
    const { rows } = await admin.query(
      "select from pg_stat_activity where application_name = 'late'",
    );
    expect(rows).toEqual([]);
  });

  test("a refused connect rejects with the driver's error", async () => {
    await expect(open("postgres://127.0.0.1:1/none")).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });

  test("an unknown database is permanent, a refused connection is not", async () => {
    const url = new URL(database.url);
    url.pathname = "/no_such_database";
    const error = await open(url.href).catch((caught: unknown) => caught);
    const { isPermanent } = postgres(database.url);
    expect(isPermanent(error)).toBe(true);
    expect(isPermanent(Object.assign(new Error("refused"), { code: "ECONNREFUSED" }))).toBe(false);
  });
});

describe("the state of a session", () => {
  test.each([
    ["a statement", "select 1", "clean"],
    ["a transaction that is over", "begin; set local search_path = x; commit", "clean"],
    ["an open transaction (node-postgres #3597)", "begin", "dirty"],
    ["a setting (node-postgres #391)", "set search_path = x", "dirty"],
    ["a temporary table", "create temp table t ()", "dirty"],
    ["an advisory lock", "select pg_advisory_lock(1)", "dirty"],
    ["a subscription", "listen c", "dirty"],
    [
      "a setting that only the server saw",
      "select query_to_xml('select set_config(''TimeZone'', ''+3'', false)', true, false, '')",
      "dirty",
    ],
  ])("after %s", async (_, sql, state) => {
    const connection = await open();
    await connection.client.query(sql);
    expect(connection.state()).toBe(state);
    await connection.reset();
    expect(connection.state()).toBe("clean");
    expect(await valueOf(connection, "show search_path")).toBe('"$user", public');
    expect(
      await valueOf(
        connection,
        "select count(*) from pg_locks where locktype = 'advisory' and pid = pg_backend_pid()",
      ),
    ).toBe("0");
    expect(await valueOf(connection, "select to_regclass('pg_temp.t')")).toBe(null);
    expect(await valueOf(connection, "select count(*) from pg_listening_channels()")).toBe("0");
  });

  test("a failed statement in a transaction is mended", async () => {
    const connection = await open();
    await connection.client.query("begin");
    await expect(connection.client.query("select 1 / 0")).rejects.toThrow("division by zero");
    expect(connection.state()).toBe("dirty");
    await connection.reset();
    expect(await valueOf(connection, "select 1")).toBe(1);
    expect(connection.state()).toBe("clean");
  });

  test("a statement that fails leaves the connection in use, whoever sent it", async () => {
    const connection = await open();
    await expect(connection.query("select 1 / 0", [], {})).rejects.toThrow("division by zero");
    expect(connection.state()).toBe("clean");
    await expect(connection.client.query("select 1 / $1::int", [0])).rejects.toThrow(
      "division by zero",
    );
    expect(connection.state()).not.toBe("busy");
    await connection.reset();
    expect(connection.state()).toBe("clean");
    expect(connection.retired).toEqual([]);
  });

  test("a running statement, a queued one and an unfinished cursor are busy", async () => {
    const connection = await open();
    const { client } = connection;
    const first = client.query("select pg_sleep(0.1)");
    expect(connection.state()).toBe("busy");
    await first;
    expect(connection.state()).toBe("clean");
    const cursor = client.query(new Cursor("select * from generate_series(1, 10)"));
    expect(await cursor.read(2)).toHaveLength(2);
    expect(connection.state()).toBe("busy");
    await cursor.close();
    expect(connection.state()).toBe("clean");
  });

  test("onConnect runs again after a reset", async () => {
    const connection = await open(database.url, {
      onConnect: (client) => client.query("set search_path = somewhere"),
    });
    await connection.query("set search_path = elsewhere", [], {});
    await connection.reset();
    expect(await valueOf(connection, "show search_path")).toBe("somewhere");
    expect(connection.state()).toBe("clean");
  });

  test("named statements stay as long as nothing else happened, and are forgotten with the session", async () => {
    const connection = await open();
    const { client } = connection;
    const named = { name: "answer", text: "select $1::int as answer", values: [42] };
    const prepared = "select count(*) from pg_prepared_statements where name = 'answer'";
    await client.query(named);
    expect(connection.state()).toBe("clean");
    await client.query(named);
    expect(await valueOf(connection, prepared)).toBe("1");
    await client.query("set search_path = x");
    await connection.reset();
    expect(await valueOf(connection, prepared)).toBe("0");
    expect((await client.query(named)).rows).toEqual([{ answer: 42 }]);
  });

  test("a prepared statement that its table's change made useless is forgotten", async () => {
    const connection = await open();
    const { client } = connection;
    const named = { name: "all", text: "select * from changing" };
    await admin.query("create table changing (a int)");
    await client.query(named);
    await admin.query("alter table changing add b int");
    await expect(client.query(named)).rejects.toThrow("cached plan must not change result type");
    expect(connection.state()).toBe("dirty");
    await connection.reset();
    expect((await client.query(named)).fields).toHaveLength(2);
  });

  test("listeners that a holder left are removed without a round trip, others stay", async () => {
    const own = vi.fn<() => void>();
    const connection = await open(database.url, {
      onConnect: (client) => client.on("notice", own),
    });
    const { client } = connection;
    const left = vi.fn<() => void>();
    client.on("notice", left).on("notification", left).on("error", left);
    expect(connection.state()).toBe("dirty");
    await connection.reset();
    expect(connection.state()).toBe("clean");
    await client.query("do $$ begin raise notice 'hello'; end $$");
    expect(own).toHaveBeenCalledTimes(1);
    expect(left).not.toHaveBeenCalled();

    client.once("notice", left);
    client.removeListener("notice", left);
    expect(connection.state()).toBe("clean");

    client.removeAllListeners();
    expect(connection.state()).toBe("dirty");
    await connection.reset();
    expect(client.listenerCount("error")).toBeGreaterThan(0);
  });
});

describe("ending a transaction", () => {
  test("begins in the mode that is asked for", async () => {
    const connection = await open();
    await connection.begin({ isolation: "serializable", readOnly: true });
    expect(await valueOf(connection, "show transaction_isolation")).toBe("serializable");
    expect(await valueOf(connection, "show transaction_read_only")).toBe("on");
    await connection.commit();
    await connection.begin({});
    await connection.rollback();
    expect(connection.state()).toBe("clean");
  });

  test("a commit that the server turned into a rollback rejects", async () => {
    const connection = await open();
    await connection.begin({});
    await connection.client.query("select 1 / 0").catch(() => {});
    await expect(connection.commit()).rejects.toThrow("rolled back");
    expect(connection.state()).toBe("clean");
  });

  test.each([
    ["40001", true],
    ["40P01", true],
    ["23505", false],
  ])("a transaction that ended with %s may be run again: %s", (code, again) => {
    expect(postgres(database.url).mayRetry(Object.assign(new Error(code), { code }))).toBe(again);
  });
});

describe("retiring", () => {
  test("an ended idle session ends no process (node-postgres #2635, #1707, #2439, #3083)", async () => {
    const connection = await open();
    const pid = await valueOf(connection, "select pg_backend_pid()");
    await admin.query("select pg_terminate_backend($1)", [pid]);
    await vi.waitFor(() => expect(connection.retired).toEqual(["57P01"]), { timeout: 10_000 });
    await expect(connection.validate()).rejects.toThrow(Error);
    await connection.close();
  });

  test("a session that is ended while it works retires (node-postgres #2112, #1790)", async () => {
    const connection = await open();
    const pid = await valueOf(connection, "select pg_backend_pid()");
    const running = connection.query("select pg_sleep(30)", [], {});
    await Promise.all([
      expect(running).rejects.toMatchObject({ code: "57P01" }),
      admin.query("select pg_terminate_backend($1)", [pid]),
    ]);
    expect(connection.retired).toEqual(["57P01"]);
  });

  test("a socket that is cut retires the connection", async () => {
    const connection = await open();
    connection.client.connection.stream.destroy(
      Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }),
    );
    await vi.waitFor(() => expect(connection.retired).toEqual(["ECONNRESET"]));
  });

  test("a write that is refused as read-only retires, unless that was asked for (mysql2 #2050, #3123)", async () => {
    await admin.query("create table if not exists writes (a int)");
    const insert = "insert into writes values (1)";
    const asked = await open();
    await asked.begin({ readOnly: true });
    await expect(asked.query(insert, [], {})).rejects.toMatchObject({ code: "25006" });
    await asked.rollback();
    await asked.query("set default_transaction_read_only = on", [], {});
    await expect(asked.query(insert, [], {})).rejects.toMatchObject({ code: "25006" });
    expect(asked.retired).toEqual([]);

    const turned = await open();
    await admin.query(`alter database ${admin.database} set default_transaction_read_only = on`);
    try {
      const later = await open();
      await expect(later.query(insert, [], {})).rejects.toMatchObject({ code: "25006" });
      expect(later.retired).toEqual(["25006"]);
      const replica = await open(database.url, { role: "replica" });
      await expect(replica.query(insert, [], {})).rejects.toMatchObject({ code: "25006" });
      expect(replica.retired).toEqual([]);
    } finally {
      await admin.query(
        "begin read write; alter database " +
          admin.database +
          " reset default_transaction_read_only; commit",
      );
    }
    expect(turned.retired).toEqual([]);
  });

  test("an ordinary error retires nothing", async () => {
    const connection = await open();
    await expect(connection.query("select from nowhere", [], {})).rejects.toMatchObject({
      code: "42P01",
    });
    expect(connection.retired).toEqual([]);
  });

  test("query_timeout leaves a statement behind: the connection is busy, and closing cancels it", async () => {
    const connection = await open({ connectionString: database.url, query_timeout: 200 });
    const pid = await valueOf(connection, "select pg_backend_pid()");
    await expect(connection.client.query("select pg_sleep(60)")).rejects.toThrow(
      "Query read timeout",
    );
    expect(connection.state()).toBe("busy");
    await connection.close();
    await gone(pid);
  });
});

describe("a primary that is a standby", () => {
  /** Hears of the server's parameters no more than through PgBouncer, or from PostgreSQL 13. */
  class Unreported extends pg.Client {
    constructor(config?: pg.ClientConfig) {
      super(config);
      const { connection } = this;
      const emit = connection.emit.bind(connection);
      connection.emit = (event: string | symbol, ...args: unknown[]) =>
        event !== "parameterStatus" && emit(event, ...args);
    }
  }

  test("fails its validation until it is promoted", async () => {
    const server = await startPrivateServer("postgres");
    try {
      const before = await open(server.url);
      const directory = await valueOf(before, "show data_directory");
      await writeFile(join(String(directory), "standby.signal"), "");
      // It starts as a standby, which is not what `start` waits for.
      await server.kill();
      const started = server.start();
      const reported = await vi.waitFor(() => open(server.url, { role: "primary" }), {
        timeout: 30_000,
        interval: 200,
      });
      const asked = await open(server.url, { role: "primary", Client: Unreported });
      const replica = await open(server.url, { role: "replica" });
      await expect(reported.validate()).rejects.toThrow("is a standby");
      await expect(asked.validate()).rejects.toThrow("is a standby");
      await replica.validate();
      await replica.query("select pg_promote()", [], {});
      await started;
      await reported.validate();
      await asked.validate();
      expect(reported.state()).toBe("clean");
    } finally {
      await server.close();
    }
  });
});

describe("closing", () => {
  test("ends the session; a second close is the same one", async () => {
    const connection = await open();
    const pid = await valueOf(connection, "select pg_backend_pid()");
    await Promise.all([connection.close(), connection.close({ now: true })]);
    expect(connection.client.connection.stream.destroyed).toBe(true);
    await gone(pid);
    expect(connection.retired).toEqual([]);
    await connection.close();
  });

  test("validates, and not what has gone", async () => {
    const connection = await open();
    await connection.validate();
    await connection.client.end();
    expect(connection.retired).toEqual(["connection-ended"]);
    await expect(connection.validate()).rejects.toThrow(Error);
  });
});
