import { once } from "node:events";
import { connect as connectSocket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type FaultProxy, startFaultProxy } from "./start-fault-proxy.ts";
import { startMariadb } from "./start-mysql.ts";
import { startPostgres } from "./start-postgres.ts";
import type { TestDatabase } from "./test-database.ts";

let database: TestDatabase;
let proxy: FaultProxy;
beforeAll(async () => {
  database = await startPostgres();
});
afterAll(() => database.close());
beforeEach(async () => {
  proxy = await startFaultProxy(database.url);
});
afterEach(() => {
  proxy.close();
});

/** A client whose connection may break. */
function newClient(url: string = proxy.url): pg.Client {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  return client;
}

async function connect(url?: string): Promise<pg.Client> {
  const client = newClient(url);
  await client.connect();
  return client;
}

/** Whether a promise stays open for a while, and after what should not settle it. */
async function staysOpen(promise: Promise<unknown>): Promise<boolean> {
  const settled = promise.then(
    () => false,
    () => false,
  );
  return Promise.race([settled, sleep(300, true)]);
}

async function backendOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  return rows[0]!.pid;
}

/** Whether the server still has the session, asked beside the proxy. */
async function isOnServer(backend: number): Promise<boolean> {
  const observer = await connect(database.url);
  const { rowCount } = await observer.query("select from pg_stat_activity where pid = $1", [
    backend,
  ]);
  await observer.end();
  return rowCount === 1;
}

test("without faults it changes nothing", async () => {
  const client = await connect();
  const text = "x".repeat(5_000_000);
  const { rows } = await client.query<{ text: string }>("select $1 as text", [text]);
  expect(rows[0]!.text).toBe(text);
  expect(proxy.connects).toHaveLength(1);
  expect(proxy.open()).toBe(1);
  const backend = await backendOf(client);
  await client.end();
  await expect.poll(() => isOnServer(backend), { timeout: 10_000 }).toBe(false);
  expect(proxy.open()).toBe(0);
});

test("delayed bytes arrive later, in their order", async () => {
  const client = await connect();
  for (const [direction, least] of [
    ["toClient", 100],
    ["toServer", 100],
    [undefined, 200],
  ] as const) {
    await proxy.heal();
    proxy.delay(100, direction);
    const start = performance.now();
    const { rows } = await client.query("select i from generate_series(1, 20000) i");
    expect(performance.now() - start).toBeGreaterThanOrEqual(least);
    expect(rows).toEqual(Array.from({ length: 20_000 }, (_, index) => ({ i: index + 1 })));
  }
});

test("what is dropped never arrives, and nobody hears of an end", async () => {
  const client = await connect();
  const backend = await backendOf(client);
  proxy.drop();
  expect(await staysOpen(client.query("select 1"))).toBe(true);
  const unheard = newClient().connect();
  expect(await staysOpen(unheard)).toBe(true);
  expect(proxy.connects).toHaveLength(2);

  await proxy.heal();
  const other = await connect();
  const left = await backendOf(other);
  expect(await staysOpen(unheard)).toBe(true);
  proxy.drop();
  void client.end();
  void other.end();
  await sleep(300);
  expect([await isOnServer(backend), await isOnServer(left)]).toEqual([true, true]);

  proxy.close();
  await expect(unheard).rejects.toThrow(/ECONNRESET|terminated/);
  await expect.poll(() => isOnServer(backend), { timeout: 10_000 }).toBe(false);
});

test("answers alone can be dropped: the statement has run", async () => {
  const client = await connect();
  await client.query("create table t ()");
  proxy.drop("toClient");
  expect(await staysOpen(client.query("insert into t default values"))).toBe(true);
  const observer = await connect(database.url);
  const { rows } = await observer.query("select count(*)::int as rows from t");
  expect(rows).toEqual([{ rows: 1 }]);
  await observer.end();
});

test("a connection that has lost something stays silent", async () => {
  const [losing, other] = [await connect(), await connect()];
  const heard: string[] = [];
  for (const [name, client] of Object.entries({ losing, other })) {
    client.on("notification", ({ payload }) => heard.push(`${name}: ${payload}`));
  }
  const observer = await connect(database.url);
  await losing.query("listen news");
  proxy.drop("toClient");
  await observer.query("notify news, 'lost'");
  await sleep(300);
  await proxy.heal();
  await other.query("listen news");
  await observer.query("notify news, 'after'");
  await expect.poll(() => heard, { timeout: 10_000 }).toEqual(["other: after"]);
  await sleep(300);
  expect(heard).toEqual(["other: after"]);
  await observer.end();
});

test("a refused connection fails at once, open ones go on", async () => {
  const client = await connect();
  proxy.refuse();
  await expect(connect()).rejects.toThrow("ECONNREFUSED");
  await client.query("select 1");
  expect(proxy.connects).toHaveLength(1);
  await proxy.heal();
  await connect();
  expect(proxy.connects).toHaveLength(2);
});

test("a reset ends the connection on both sides", async () => {
  const client = await connect();
  const backend = await backendOf(client);
  const error = once(client, "error");
  proxy.reset();
  expect(String(await error)).toContain("ECONNRESET");
  await expect.poll(() => isOnServer(backend), { timeout: 10_000 }).toBe(false);
  await connect();
});

test("a connection is cut after so many bytes", async () => {
  const client = await connect();
  const backend = await backendOf(client);
  proxy.cutAfter(1000, "toClient");
  await expect(client.query("select i from generate_series(1, 20000) i")).rejects.toThrow(
    "Connection terminated unexpectedly",
  );
  await expect.poll(() => isOnServer(backend), { timeout: 10_000 }).toBe(false);
  await expect(connect().then((cut) => cut.query("select repeat('x', 1000)"))).rejects.toThrow(
    "Connection terminated unexpectedly",
  );
  await proxy.heal();
  await (await connect()).query("select repeat('x', 1000)");

  proxy.cutAfter(10, "toServer");
  await expect(connect()).rejects.toThrow("Connection terminated unexpectedly");
});

test("the bytes before the cut arrive", async () => {
  // This server speaks first.
  const mariadb = await startMariadb();
  const before = await startFaultProxy(mariadb.url);
  before.cutAfter(10, "toClient");
  const socket = connectSocket(before.port, "127.0.0.1");
  const parts: Buffer[] = [];
  socket.on("data", (part) => parts.push(part));
  await once(socket, "end");
  expect(Buffer.concat(parts)).toHaveLength(10);
  before.close();
  await mariadb.close();
});

test("a server that refuses makes the client see a reset", async () => {
  const refusing = await startFaultProxy(proxy.url);
  proxy.refuse();
  await expect(connect(refusing.url)).rejects.toThrow(/ECONNRESET|terminated/);
  refusing.close();
});
