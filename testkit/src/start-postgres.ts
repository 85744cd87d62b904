import { randomBytes } from "node:crypto";
import pg from "pg";
import { startServer } from "./postgres-server.ts";

/** An empty database of its own on a real PostgreSQL server. */
export interface TestDatabase {
  /** Connection string of a superuser. */
  readonly url: string;
  /** Drops the database, also when sessions are still open. */
  close(): Promise<void>;
}

let ownServer: Promise<string> | undefined;

/**
 * Makes an empty database on a real server: `pg_stat_statements` is preloaded there (not created as an extension),
 * and the user is a superuser. Vitest runs share one server, started by the global setup. Anywhere else the first
 * call starts one, which stops when the process ends.
 */
export async function startPostgres(): Promise<TestDatabase> {
  const serverUrl =
    process.env["DBADVISE_TEST_POSTGRES_URL"] ?? (await (ownServer ??= startOwnServer()));
  const name = `dbadvise_test_${randomBytes(6).toString("hex")}`;
  await execute(serverUrl, `create database ${name} template template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    close: () => execute(serverUrl, `drop database if exists ${name} with (force)`),
  };
}

async function startOwnServer(): Promise<string> {
  const server = await startServer();
  return server.url;
}

async function execute(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
