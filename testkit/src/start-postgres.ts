import { randomBytes } from "node:crypto";
import { runOnPostgres } from "./servers/run-on-postgres.ts";
import { sharedServerUrl } from "./servers/server-broker.ts";
import type { TestDatabase } from "./test-database.ts";

/**
 * Makes an empty database on a real server: `pg_stat_statements` is preloaded there (not created as an extension),
 * and the user is a superuser. Vitest runs share one server. Anywhere else the first call starts one, which stops when the
 * process ends.
 */
export async function startPostgres(): Promise<TestDatabase> {
  return createPostgresDatabase(await sharedServerUrl("postgres"));
}

/** Makes an empty database on the server. */
export async function createPostgresDatabase(serverUrl: string): Promise<TestDatabase> {
  const name = `dbadvise_test_${randomBytes(6).toString("hex")}`;
  await runOnPostgres(serverUrl, `create database ${name} template template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    close: async () => {
      await runOnPostgres(serverUrl, waitForSessions(name));
      await runOnPostgres(serverUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

/**
 * Waits up to half a second for the sessions of a database to end: `pg.Pool` says that it has ended before its sockets are
 * closed, and a client that is terminated then throws where nobody listens.
 */
function waitForSessions(name: string): string {
  return `do $$ begin
    for attempt in 1..25 loop
      exit when not exists (select from pg_stat_activity where datname = '${name}');
      perform pg_sleep(0.02);
      perform pg_stat_clear_snapshot();
    end loop;
  end $$`;
}
