import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { PSKCallbackNegotation } from "node:tls";
import { setTimeout as sleep } from "node:timers/promises";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type OpenedConnection, openConnection } from "./testing/open-connection.ts";
import { valueOf } from "../testing/value-of.ts";
import { startTcpProxy, type TcpProxy } from "./testing/tcp-proxy.ts";

let database: TestDatabase;
const opened: OpenedConnection[] = [];
const proxies: TcpProxy[] = [];

beforeAll(async () => {
  database = await startPostgres();
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((each) => each.close({ now: true })));
  await Promise.all(proxies.splice(0).map((each) => each.close()));
});

afterAll(() => database.close());

async function open(config: Parameters<typeof openConnection>[0]): Promise<OpenedConnection> {
  const connection = await openConnection(config);
  opened.push(connection);
  return connection;
}

async function proxy(options: Parameters<typeof startTcpProxy>[1]): Promise<TcpProxy> {
  const started = await startTcpProxy(database.url, options);
  proxies.push(started);
  return started;
}

/** What the connection needs to reach the test's database by another way. */
function credentials(): { user: string; password: string; database: string } {
  const { username, password, pathname } = new URL(database.url);
  return { user: username, password: decodeURIComponent(password), database: pathname.slice(1) };
}

/** Cancels a long statement, and expects the connection to be in use afterwards. */
async function expectCancels(connection: OpenedConnection): Promise<void> {
  const reason = new Error("not needed any more");
  const abort = new AbortController();
  const started = performance.now();
  const running = connection.query("select pg_sleep(60)", [], { signal: abort.signal });
  setTimeout(() => abort.abort(reason), 50);
  await expect(running).rejects.toBe(reason);
  expect(performance.now() - started).toBeLessThan(30_000);
  expect(connection.state()).toBe("clean");
  expect(await valueOf(connection, "select 1")).toBe(1);
  expect(connection.retired).toEqual([]);
}

test("an abort cancels the statement on the server, and the connection stays (node-postgres #2774, #2625)", async () => {
  await expectCancels(await open(database.url));
});

test("over TLS, as the session is", async () => {
  // Keys that both sides know need no certificate.
  const key = { identity: "test", psk: Buffer.alloc(16, 1) };
  const psk = (): PSKCallbackNegotation => key;
  const ciphers = "PSK-AES128-GCM-SHA256";
  const tls = { ciphers, maxVersion: "TLSv1.2" as const };
  const { port, ...counts } = await proxy({ tls: { ...tls, pskCallback: () => key.psk } });
  expect(counts.connections).toBe(0);
  const ssl = { ...tls, pskCallback: psk, checkServerIdentity: () => undefined };
  await expectCancels(await open({ ...credentials(), host: "127.0.0.1", port, ssl }));
  expect(proxies[0]).toMatchObject({ connections: 2, encrypted: 2 });
});

test("over a Unix socket", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dbadvise-"));
  try {
    await proxy({ path: join(folder, ".s.PGSQL.5432") });
    await expectCancels(await open({ ...credentials(), host: folder, port: 5432 }));
    expect(proxies[0]).toMatchObject({ connections: 2 });
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("an aborted signal sends nothing", async () => {
  const connection = await open(database.url);
  const signal = AbortSignal.abort(new Error("before"));
  await expect(connection.query("create table never ()", [], { signal })).rejects.toThrow("before");
  expect(await valueOf(connection, "select to_regclass('never')")).toBe(null);
});

test("a statement that waits behind another is taken out of the line", async () => {
  const connection = await open(database.url);
  const first = connection.query("select pg_sleep(1.5), 'first' as name", [], {});
  const abort = new AbortController();
  const second = connection.query("create table never ()", [], { signal: abort.signal });
  abort.abort(new Error("changed my mind"));
  await expect(second).rejects.toThrow("changed my mind");
  await expect(first).resolves.toMatchObject({ rows: [{ name: "first" }] });
  expect(await valueOf(connection, "select to_regclass('never')")).toBe(null);
});

test("of pipelined statements no other is cancelled", async () => {
  const connection = await open({ connectionString: database.url, pipeline: true });
  const first = connection.query("select pg_sleep(1.5), 'first' as name", [], {});
  const abort = new AbortController();
  const second = connection.query("select 'second'", [], { signal: abort.signal });
  abort.abort(new Error("changed my mind"));
  await expect(second).rejects.toThrow("changed my mind");
  await expect(first).resolves.toMatchObject({ rows: [{ name: "first" }] });
  expect(await valueOf(connection, "select 1")).toBe(1);
});

test("a late cancel never hits the next statement", async () => {
  const connection = await open(database.url);
  let cancelled = 0;
  for (let round = 0; round < 60; round += 1) {
    const abort = new AbortController();
    const running = connection.query("select pg_sleep(0.005)", [], { signal: abort.signal });
    // About when the statement ends.
    void sleep(round % 10).then(() => abort.abort(new Error("late")));
    cancelled += await running.then(
      () => 0,
      () => 1,
    );
    expect(await valueOf(connection, "select 1 from pg_sleep(0.002)")).toBe(1);
  }
  expect(cancelled).toBeGreaterThan(0);
  expect(connection.retired).toEqual([]);
});

/** Lets what a session sends, and its end, leave later, as on a busy machine. */
function delaySending({ client }: OpenedConnection, milliseconds: number): void {
  const { stream } = client.connection;
  const write: (bytes: Uint8Array) => void = stream.write.bind(stream);
  const destroy = stream.destroy.bind(stream);
  stream.write = (bytes: Uint8Array) => setTimeout(write, milliseconds, bytes).hasRef();
  stream.destroy = () => {
    setTimeout(destroy, milliseconds);
    return stream;
  };
}

test("a request that overtakes its statement is sent again", async () => {
  const connection = await open(database.url);
  delaySending(connection, 200);
  const abort = new AbortController();
  const running = connection.query("select pg_sleep(60)", [], { signal: abort.signal });
  abort.abort(new Error("early"));
  await expect(running).rejects.toThrow("early");
  expect(connection.retired).toEqual([]);
  expect(await valueOf(connection, "select 1")).toBe(1);
});

test("nor does a closed connection leave its statement to the server", async () => {
  const connection = await open(database.url);
  delaySending(connection, 200);
  const running = connection.query("select pg_sleep(60)", [], {});
  await Promise.all([
    expect(running).rejects.toThrow("canceling statement due to user request"),
    connection.close(),
  ]);
  const witness = await open(database.url);
  const others = "select count(*)::int from pg_stat_activity where query like '%pg_sleep(60)'";
  await expect.poll(() => valueOf(witness, others), { timeout: 20_000 }).toBe(0);
});

test("a server that doesn't answer the cancel request loses the connection", async () => {
  const { port } = await proxy({ answers: 1 });
  const connection = await open({ ...credentials(), host: "127.0.0.1", port });
  const abort = new AbortController();
  const running = connection.query("select pg_sleep(60)", [], { signal: abort.signal });
  abort.abort(new Error("enough"));
  expect(connection.state()).toBe("busy");
  await expect(running).rejects.toThrow("enough");
  expect(connection.retired).toEqual(["cancel-failed"]);
  expect(connection.client.connection.stream.destroyed).toBe(true);
});
