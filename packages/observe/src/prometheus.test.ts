import { startPostgres } from "@dbadvise/testkit";
import { register as defaultRegister, Registry } from "prom-client";
import { expect, it } from "vitest";
import { connectionsAreObserved, publishConnection } from "./connection-channel.ts";
import type { ConnectionCounts, ConnectionMessage } from "./connection-message.ts";
import { observeWithPrometheus } from "./prometheus.ts";
import { observeQuery, queriesAreObserved } from "./query-channel.ts";
import type { Server } from "./query-message.ts";
import { observedPostgres } from "./testing/observed-postgres.ts";

/** The samples of a registry as Prometheus scrapes them: `name{labels}` and value. */
async function scrape(register: Registry): Promise<ReadonlyMap<string, number>> {
  const text = await register.metrics();
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    samples.map((line) => {
      const at = line.lastIndexOf(" ");
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

it("counts queries, their rows and errors by server and pool, and holds no SQL", async () => {
  await using postgres = observedPostgres(await startPostgres());
  const register = new Registry();
  const stop = observeWithPrometheus({ register });
  await postgres.query("create table orders (id integer primary key)");
  await postgres.query("insert into orders select n from generate_series(1, 30) n");
  await postgres.query("select * from orders where id < 5");
  await expect(postgres.query("insert into orders values ($1)", [1])).rejects.toThrow("unique");
  await expect(postgres.query("select * from nothing")).rejects.toThrow("nothing");
  const { host, port, database } = postgres.server;
  const labels = `system="postgresql",server="${host}:${port}",database="${database}",role="primary",pool="main"`;
  const samples = await scrape(register);
  expect(samples.get(`dbadvise_query_duration_seconds_count{${labels}}`)).toBe(5);
  expect(samples.get(`dbadvise_query_duration_seconds_bucket{le="+Inf",${labels}}`)).toBe(5);
  const sum = samples.get(`dbadvise_query_duration_seconds_sum{${labels}}`);
  expect(sum).toBeGreaterThan(0);
  expect(sum).toBeLessThan(60);
  expect(samples.get(`dbadvise_query_rows_total{${labels}}`)).toBe(34);
  expect(samples.get(`dbadvise_query_errors_total{${labels},code="23505"}`)).toBe(1);
  expect(samples.get(`dbadvise_query_errors_total{${labels},code="42P01"}`)).toBe(1);
  expect(await register.metrics()).not.toMatch(/select|insert|orders/);
  stop();
});

it("takes a query outside of any pool, to a socket, of no database", async () => {
  const register = new Registry();
  const stop = observeWithPrometheus({ register });
  const server: Server = {
    system: "mariadb",
    host: "/run/mysqld/mysqld.sock",
    port: undefined,
    database: undefined,
    role: "unknown",
  };
  observeQuery({ sql: "select 1", parameters: [], server, pool: undefined }).succeed(undefined);
  const labels = `system="mariadb",server="/run/mysqld/mysqld.sock",database="",role="unknown",pool=""`;
  const samples = await scrape(register);
  expect(samples.get(`dbadvise_query_duration_seconds_count{${labels}}`)).toBe(1);
  expect(samples.has(`dbadvise_query_rows_total{${labels}}`)).toBe(false);
  stop();
});

it("shows each pool's connections, and the time they take", async () => {
  const register = new Registry();
  const stop = observeWithPrometheus({ register });
  const counts: ConnectionCounts = { total: 5, idle: 1, used: 2, waiting: 4, max: 10 };
  const message: ConnectionMessage = {
    event: "open",
    pool: "main",
    server: undefined,
    durationMs: 20,
    reason: undefined,
    error: undefined,
    counts,
  };
  publishConnection(message);
  publishConnection({ ...message, event: "open-failed", error: new Error("refused") });
  publishConnection({ ...message, event: "acquire", durationMs: 2 });
  publishConnection({ ...message, event: "acquire", durationMs: 4 });
  publishConnection({ ...message, event: "acquire-failed", reason: "timeout" });
  publishConnection({ ...message, event: "acquire-failed", reason: "aborted" });
  publishConnection({ ...message, event: "release", durationMs: 500 });
  publishConnection({ ...message, event: "close", pool: "reports", reason: "max-lifetime" });
  const samples = await scrape(register);
  const other = [...samples].filter(([name]) => !/_bucket|query/.test(name));
  expect(Object.fromEntries(other)).toEqual({
    'dbadvise_connections{pool="main",state="idle"}': 1,
    'dbadvise_connections{pool="main",state="used"}': 2,
    'dbadvise_connections{pool="main",state="changing"}': 2,
    'dbadvise_connections{pool="reports",state="idle"}': 1,
    'dbadvise_connections{pool="reports",state="used"}': 2,
    'dbadvise_connections{pool="reports",state="changing"}': 2,
    'dbadvise_connections_limit{pool="main"}': 10,
    'dbadvise_connections_limit{pool="reports"}': 10,
    'dbadvise_connection_waiters{pool="main"}': 4,
    'dbadvise_connection_waiters{pool="reports"}': 4,
    'dbadvise_connection_open_seconds_sum{pool="main"}': 0.02,
    'dbadvise_connection_open_seconds_count{pool="main"}': 1,
    'dbadvise_connection_open_failures_total{pool="main"}': 1,
    'dbadvise_connection_wait_seconds_sum{pool="main"}': 0.006,
    'dbadvise_connection_wait_seconds_count{pool="main"}': 2,
    'dbadvise_connection_wait_failures_total{pool="main",reason="timeout"}': 1,
    'dbadvise_connection_wait_failures_total{pool="main",reason="aborted"}': 1,
    'dbadvise_connection_use_seconds_sum{pool="main"}': 0.5,
    'dbadvise_connection_use_seconds_count{pool="main"}': 1,
    'dbadvise_connections_closed_total{pool="reports",reason="max-lifetime"}': 1,
  });
  stop();
});

it("is gone when stopped, and may be started again; twice at once it throws", async () => {
  const stop = observeWithPrometheus();
  expect(await defaultRegister.metrics()).toContain("dbadvise_connections");
  expect(() => observeWithPrometheus()).toThrow("already been registered");
  stop();
  expect(queriesAreObserved()).toBe(false);
  expect(connectionsAreObserved()).toBe(false);
  expect((await defaultRegister.metrics()).trim()).toBe("");
  observeWithPrometheus()();
  expect(defaultRegister.getMetricsAsArray()).toEqual([]);
});

it("has names and help texts by the conventions of Prometheus", async () => {
  const register = new Registry();
  const stop = observeWithPrometheus({ register });
  for (const { name, type, help } of await register.getMetricsAsJSON()) {
    expect(name).toMatch(/^dbadvise_[a-z_]+$/);
    // Counters end in "total", and nothing else does; times are in seconds.
    expect(name.endsWith("_total"), name).toBe(String(type) === "counter");
    expect(name.endsWith("_seconds"), name).toBe(String(type) === "histogram");
    expect(help).toMatch(/\.$/);
  }
  stop();
});
