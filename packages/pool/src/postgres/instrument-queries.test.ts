import { onQuery, onQueryStart, type QueryEnd, type QueryStart } from "@dbadvise/observe";
import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import Cursor from "pg-cursor";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { type OpenedConnection, openConnection } from "./testing/open-connection.ts";

let database: TestDatabase;
let connection: OpenedConnection;
let started: QueryStart[];
let ended: QueryEnd[];
let stops: (() => void)[];

beforeAll(async () => {
  database = await startPostgres();
});

beforeEach(async () => {
  connection = await openConnection(database.url);
  started = [];
  ended = [];
  stops = [onQueryStart((query) => started.push(query)), onQuery((query) => ended.push(query))];
});

afterEach(async () => {
  for (const stop of stops) stop();
  await connection.close();
});

afterAll(() => database.close());

const ROWS = "select * from generate_series(1, $1::int)";

test.each<[string, (client: pg.Client) => Promise<unknown>]>([
  ["text and values", (client) => client.query(ROWS, [3])],
  ["a config", (client) => client.query({ text: ROWS, values: [3] })],
  ["a config with rows as arrays", (client) => client.query({ text: ROWS, rowMode: "array" }, [3])],
  ["a named statement", (client) => client.query({ name: "rows", text: ROWS, values: [3] })],
  [
    "a callback",
    (client) =>
      new Promise((resolve) => {
        client.query(ROWS, [3], (_, result) => resolve(result));
      }),
  ],
  [
    "a config and a callback",
    (client) =>
      new Promise((resolve) => {
        client.query({ text: ROWS, values: [3] }, (_, result) => resolve(result));
      }),
  ],
  [
    "a callback in the config",
    (client) =>
      new Promise((resolve) => {
        const callback = (_: unknown, result: unknown): void => resolve(result);
        void client.query({ text: ROWS, values: [3], callback } as pg.QueryConfig);
      }),
  ],
  [
    "a query object",
    (client) =>
      new Promise((resolve) => {
        client.query(new pg.Query(ROWS, [3])).on("end", resolve);
      }),
  ],
  [
    "a cursor",
    async (client) => {
      const cursor = client.query(new Cursor(ROWS, [3]));
      await cursor.read(2);
      await cursor.read(2);
      await cursor.close();
    },
  ],
])("%s is published with its rows", async (_, run) => {
  await run(connection.client);
  expect(started).toHaveLength(1);
  expect(ended).toHaveLength(1);
  expect(ended[0]).toBe(started[0]);
  expect(ended[0]).toMatchObject({
    sql: ROWS,
    parameterCount: 1,
    rows: 3,
    error: undefined,
    pool: "test",
    server: { system: "postgresql" },
  });
  expect(connection.state()).toBe("clean");
});

test("a query of the lease is published once, with the line that sent it", async () => {
  stops.push(onQueryStart((query) => query.callSite()));
  await connection.query(ROWS, [2], {});
  expect(ended).toHaveLength(1);
  expect(ended[0]).toMatchObject({ rows: 2 });
  expect(ended[0]?.callSite()?.file).toContain("instrument-queries.test.ts");
});

test("failures have their code", async () => {
  const { client } = connection;
  await expect(client.query("select from nowhere")).rejects.toThrow("nowhere");
  const failed = await new Promise((resolve) => {
    client.query("select from nowhere", (error) => resolve(error));
  });
  expect(failed).toBeInstanceOf(Error);
  await new Promise((resolve) => {
    client.query(new pg.Query("select from nowhere")).on("error", resolve);
  });
  const cursor = client.query(new Cursor("select from nowhere"));
  await expect(cursor.read(1)).rejects.toThrow("nowhere");
  expect(ended.map(({ errorCode }) => errorCode)).toEqual(["42P01", "42P01", "42P01", "42P01"]);
});

test("changed rows are counted, of all statements of a text", async () => {
  const { client } = connection;
  await client.query("create table counted (a int)");
  await client.query("insert into counted values (1), (2); update counted set a = 0 where a = 1");
  await new Promise((resolve) => {
    client.query(new pg.Query("delete from counted")).on("end", resolve);
  });
  expect(ended.map(({ rows }) => rows)).toEqual([undefined, 3, 2]);
});

test("what the pool sends for itself is not published", async () => {
  await connection.client.query("set search_path = x");
  await connection.validate();
  await connection.reset();
  expect(ended.map(({ sql }) => sql)).toEqual(["set search_path = x"]);
});

test("the client throws and rejects as it does of itself", async () => {
  const { client } = connection;
  const query = client.query as (config: unknown, values?: unknown) => Promise<unknown>;
  expect(() => query(null)).toThrow("Client was passed a null or undefined query");
  await expect(query({ text: "select 1", values: "no array" })).rejects.toThrow("must be an array");
  expect(ended.map(({ errorCode }) => errorCode)).toEqual(["TypeError", "Error"]);
});

test("a rejection that nobody handles stays unhandled, and is told once", async () => {
  const unhandled = vi.fn<() => void>();
  const others = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  process.on("unhandledRejection", unhandled);
  try {
    void connection.client.query("select from nowhere");
    await vi.waitFor(() => expect(unhandled).toHaveBeenCalledTimes(1));
    await connection.client.query("select 1");
    expect(unhandled).toHaveBeenCalledTimes(1);
  } finally {
    process.off("unhandledRejection", unhandled);
    for (const other of others) process.on("unhandledRejection", other);
  }
});
