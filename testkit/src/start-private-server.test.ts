import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import mysql from "mysql2/promise";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DIALECTS } from "./dialects.ts";
import { type PrivateServer, startPrivateServer } from "./start-private-server.ts";

interface Session {
  query(sql: string): Promise<unknown>;
  end(): void;
}

async function connect(url: string): Promise<Session> {
  if (url.startsWith("mysql:")) {
    const connection = await mysql.createConnection(url);
    connection.on("error", () => {});
    return {
      query: async (sql) => (await connection.query(sql))[0],
      end: () => connection.destroy(),
    };
  }
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  return {
    query: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    end: () => void client.end(),
  };
}

async function ask(url: string, sql: string): Promise<unknown> {
  const session = await connect(url);
  try {
    return await session.query(sql);
  } finally {
    session.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whether the promise settles within half a second: the only time that is measured, of something that must not happen. */
function settlesSoon(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => true,
    () => true,
  );
  return Promise.race([settled, delay(500, false)]);
}

describe.each(DIALECTS)("a private $name server", ({ name }) => {
  let server: PrivateServer;
  beforeAll(async () => {
    server = await startPrivateServer(name);
    await ask(server.url, "create table t (id int primary key)");
  });
  afterAll(() => server.close());

  test("is of its engine", async () => {
    expect(server.name).toMatch(
      { postgres: /^PostgreSQL \d/, mysql: /^MySQL \d/, mariadb: /^MariaDB \d/ }[name],
    );
    const version = JSON.stringify(await ask(server.url, "select version() as version"));
    expect(/PostgreSQL/.test(version)).toBe(name === "postgres");
    expect(/MariaDB/.test(version)).toBe(name === "mariadb");
  });

  test("killed it refuses connections, and starts again with what it acknowledged", async () => {
    const before = server.pid();
    const open = await connect(server.url);
    await open.query("insert into t values (1)");
    await server.kill();
    expect(isAlive(before)).toBe(false);
    const answer = open.query("select 1").then(
      () => "answered",
      () => "broken",
    );
    expect(await answer).toBe("broken");
    await expect(connect(server.url)).rejects.toThrow("ECONNREFUSED");
    await server.start();
    expect(server.pid()).not.toBe(before);
    expect(await ask(server.url, "select id from t")).toEqual([{ id: 1 }]);
    await server.restart();
    expect(await ask(server.url, "select id from t")).toEqual([{ id: 1 }]);
    await expect(server.start()).rejects.toThrow("runs already");
  });

  test("paused it answers nobody, and afterwards everybody", async () => {
    const open = await connect(server.url);
    await server.pause();
    const query = open.query("select 1 as one");
    const connection = connect(server.url);
    expect(await settlesSoon(Promise.race([query, connection]))).toBe(false);
    await server.resume();
    expect(await query).toEqual([{ one: 1 }]);
    (await connection).end();
    open.end();
  });

  test("read-only it refuses writes on every connection", async () => {
    const open = await connect(server.url);
    await server.setReadOnly(true);
    await expect(ask(server.url, "insert into t values (2)")).rejects.toThrow(/read.only/);
    await expect(open.query("insert into t values (2)")).rejects.toThrow(/read.only/);
    await open.query("select id from t");
    await server.setReadOnly(false);
    await open.query("insert into t values (2)");
    open.end();
  });

  test("ends when its parent is killed, even paused", async () => {
    const parent = spawn(
      process.execPath,
      [
        "--input-type=module",
        "--eval",
        `import { startPrivateServer } from ${JSON.stringify(new URL("start-private-server.ts", import.meta.url).href)};
        const server = await startPrivateServer(${JSON.stringify(name)});
        await server.pause();
        console.log(server.pid());
        setInterval(() => {}, 1000);`,
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const [printed] = (await once(parent.stdout.setEncoding("utf8"), "data")) as [string];
    const pid = Number(printed);
    expect(isAlive(pid)).toBe(true);
    parent.kill("SIGKILL");
    await expect.poll(() => isAlive(pid), { timeout: 30_000 }).toBe(false);
  });
});
