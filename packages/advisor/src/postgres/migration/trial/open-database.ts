import { randomBytes } from "node:crypto";
import type pg from "pg";
import { DbadviseError, redactUrl } from "../../../dbadvise-error.ts";
import { connectionError } from "../../connection-error.ts";
import { OLDEST_VERSION } from "../../capture/capture.ts";
import { quoteIdent } from "../../quote-ident.ts";
import type { TrialServer } from "./trial-server.ts";

/**
 * Makes a database of its own on a server; what the URL names is only where that is asked for. Closing drops it.
 * Throws `DbadviseError` `connection-failed`, `unsupported-server`, or `trial-failed` where the role may not create databases.
 */
export async function openDatabase(url: string): Promise<TrialServer> {
  const name = `dbadvise_trial_${randomBytes(6).toString("hex")}`;
  const version = await withClient(url, async (client) => {
    const server = await versionOf(client);
    await createDatabase(client, name, url);
    return server;
  });
  let client: pg.Client;
  try {
    client = await connect(databaseUrl(url, name));
  } catch (error) {
    await dropDatabase(url, name, version.number, []);
    throw error;
  }
  return {
    name: `PostgreSQL ${version.shown} at ${client.host}:${client.port}`,
    versionNumber: version.number,
    shared: true,
    async query(sql, parameters = []) {
      const values = parameters.length === 0 ? undefined : [...parameters];
      const result: unknown = await client.query(sql, values);
      return rowsOf(Array.isArray(result) ? result.at(-1) : result);
    },
    async close(roles) {
      await client.end().catch(() => undefined);
      await dropDatabase(url, name, version.number, roles);
    },
  };
}

async function withClient<T>(url: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connect(url);
  try {
    return await use(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connect(url: string): Promise<pg.Client> {
  // Loaded where something connects: it takes time and memory.
  const { default: driver } = await import("pg");
  const client = new driver.Client({ connectionString: url, application_name: "dbadvise" });
  // A connection that is lost between queries makes the next query fail; without a listener it would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    return client;
  } catch (error) {
    throw connectionError(error, url);
  }
}

async function versionOf(
  client: pg.Client,
): Promise<{ readonly number: number; readonly shown: string }> {
  const { rows } = await client.query<{ number: number; shown: string }>(
    `select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as number,
      pg_catalog.current_setting('server_version') as shown`,
  );
  const { number = 0, shown = "" } = rows[0] ?? {};
  if (number >= OLDEST_VERSION) return { number, shown: /^[\d.]+/.exec(shown)?.[0] ?? shown };
  throw new DbadviseError(
    "unsupported-server",
    `The server is PostgreSQL ${shown}, on which dbadvise can't try migrations.`,
    "PostgreSQL 12 and later are supported.",
  );
}

async function createDatabase(client: pg.Client, name: string, url: string): Promise<void> {
  try {
    // template1 may hold objects of the site's own, and sessions in it would be in the way.
    await client.query(`create database ${name} template template0`);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new DbadviseError(
      "trial-failed",
      `No trial database could be made at ${redactUrl(url)}: ${said}.`,
      `Give --trial-url a role that may create databases (ALTER ROLE ${quoteIdent(client.user ?? "...")} CREATEDB) on a ` +
        "primary server, best one that holds nothing else.",
      { cause: error },
    );
  }
}

/** What can't be dropped is not worth failing for: the check is done. */
async function dropDatabase(
  url: string,
  name: string,
  version: number,
  roles: readonly string[],
): Promise<void> {
  const force = version >= 130_000 ? " with (force)" : "";
  await withClient(url, async (client) => {
    await client.query(`drop database if exists ${name}${force}`);
    for (const role of roles) {
      await client.query(`drop role if exists ${quoteIdent(role)}`).catch(() => undefined);
    }
  }).catch(() => undefined);
}

/** The same server and options, another database. */
function databaseUrl(url: string, name: string): string {
  return url.replace(/^([a-z]+:\/\/[^/?#]*)(\/[^?#]*)?/i, `$1/${name}`);
}

function rowsOf(result: unknown): readonly Readonly<Record<string, unknown>>[] {
  const rows: unknown =
    typeof result === "object" && result !== null ? Reflect.get(result, "rows") : [];
  return Array.isArray(rows) ? rows : [];
}
