import { startPostgres, type TestDatabase } from "@dbadvise/testkit";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { captureServers } from "./capture-servers.ts";

let database: TestDatabase;
let other: TestDatabase;

beforeAll(async () => {
  database = await startPostgres();
  other = await startPostgres();
  await execute("CREATE TABLE orders (id int PRIMARY KEY)");
});

afterAll(async () => {
  await database.close();
  await other.close();
});

async function execute(sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

test("the first server gives structure and counters, named without user and password", async () => {
  const messages: string[] = [];
  const snapshot = await captureServers([database.url], {
    progress: (message) => messages.push(message),
  });
  const { host, pathname, password } = new URL(database.url);
  expect(snapshot.catalog.tables.map(({ name }) => name)).toEqual(["orders"]);
  expect(snapshot.nodes).toMatchObject([{ node: `${host}${pathname}`, role: "primary" }]);
  expect(messages).toEqual([`reading ${host}${pathname}`]);
  expect(password === "" || !JSON.stringify(snapshot).includes(password)).toBe(true);
});

test("a server that can't be a replica of the first is refused", async () => {
  await expect(captureServers([database.url, other.url])).rejects.toThrow(
    "holds another database than",
  );
  await expect(captureServers([database.url, database.url])).rejects.toThrow("was given twice");
  // The same server by another name: its counters would count twice.
  const alias = new URL(database.url);
  alias.hostname = alias.hostname === "localhost" ? "127.0.0.1" : "localhost";
  await expect(captureServers([database.url, alias.href])).rejects.toThrow(
    "is a primary, not a replica of",
  );
});

test("no session stays open, whatever happens", async () => {
  await captureServers([database.url]);
  await captureServers([database.url, other.url]).catch(() => undefined);
  const open = await execute(
    "SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE application_name = 'dbadvise' AND datname = current_database()",
  );
  expect(open).toEqual([{ sessions: 0 }]);
});

test("no server is no capture", async () => {
  await expect(captureServers([])).rejects.toThrow("No server was given.");
});
