import type pg from "pg";
import { DbadviseError } from "../dbadvise-error.ts";
import type { Session } from "../engine.ts";
import { OLDEST_VERSION } from "./capture/capture.ts";
import { connectionError } from "./connection-error.ts";
import { OWN_QUERY } from "./read-rows.ts";
import { SESSION_LIMITS } from "./session-limits.ts";

const CONNECT_TIMEOUT_SECONDS = 10;

/**
 * Opens a read-only session with the limits of docs/safety.md. Errors of its queries keep the server's SQLSTATE as
 * `code`. Throws `DbadviseError` `connection-failed`, or `unsupported-server` before version 12.
 */
export async function connect(url: string): Promise<Session> {
  let limitedByServer = true;
  let client: pg.Client;
  try {
    client = await open(url, true);
  } catch (error) {
    // A connection pooler may refuse start-up options.
    if (!isRefusedOption(error)) throw connectionError(error, url);
    limitedByServer = false;
    client = await open(url, false).catch((again: unknown) => {
      throw connectionError(again, url);
    });
  }
  try {
    const { rows } = await client.query<{ version: number; shown: string; limited: boolean }>(
      `select ${OWN_QUERY} pg_catalog.current_setting('server_version_num')::pg_catalog.int4 as version,
        pg_catalog.current_setting('server_version') as shown,
        pg_catalog.current_setting('default_transaction_read_only')::pg_catalog.bool as limited`,
    );
    const [server] = rows;
    if (server && server.version < OLDEST_VERSION) {
      throw new DbadviseError(
        "unsupported-server",
        `The server is PostgreSQL ${server.shown}, which dbadvise can't read.`,
        "PostgreSQL 12 and later are supported.",
      );
    }
    // It may also take them without a word and ignore them.
    limitedByServer &&= server?.limited === true;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error instanceof DbadviseError ? error : connectionError(error, url);
  }
  return limitedByServer ? sessionOf(client) : limitedByTransactions(sessionOf(client));
}

async function open(url: string, withLimits: boolean): Promise<pg.Client> {
  // Loaded where something connects: it takes time and memory.
  const { default: driver } = await import("pg");
  const client = new driver.Client({
    connectionString: withLimits ? withOptions(url) : url,
    application_name: "dbadvise",
    connectionTimeoutMillis: timeoutSeconds(url) * 1000,
  });
  // A connection that is lost between queries makes the next query fail; without a listener it would end the process.
  client.on("error", () => undefined);
  await client.connect();
  return client;
}

/** `connect_timeout` of the URL, which the driver does not read, in seconds. */
function timeoutSeconds(url: string): number {
  const given = Number(new URLSearchParams(url.split("?")[1]).get("connect_timeout"));
  return given > 0 ? given : CONNECT_TIMEOUT_SECONDS;
}

/** Adds the limits to the options that the URL may already have; the last setting of a name counts. */
function withOptions(url: string): string {
  const [base = "", query = ""] = url.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  const own = Object.entries(SESSION_LIMITS).map(([name, value]) => `-c ${name}=${value}`);
  parameters.set("options", [parameters.get("options"), ...own].filter(Boolean).join(" "));
  parameters.set("application_name", "dbadvise");
  return `${base}?${parameters.toString()}`;
}

function isRefusedOption(error: unknown): boolean {
  return (
    error instanceof Error &&
    "code" in error &&
    error.code === "08P01" &&
    /startup parameter/i.test(error.message)
  );
}

function sessionOf(client: pg.Client): Session {
  return {
    async query(sql, parameters) {
      return (
        await client.query<Record<string, unknown>>(sql, parameters ? [...parameters] : undefined)
      ).rows;
    },
    close: () => client.end(),
  };
}

/**
 * Behind a pooler that takes no start-up options the limits are set for one transaction at a time. SET for the session
 * would stay on a server connection that the application gets next.
 */
function limitedByTransactions(session: Session): Session {
  let inTransaction = false;
  const begin = async (statement: string): Promise<void> => {
    await session.query(statement);
    for (const [name, value] of Object.entries(SESSION_LIMITS)) {
      if (name !== "default_transaction_read_only")
        await session.query(`set local ${name} = '${value}'`);
    }
  };
  return {
    async query(sql, parameters) {
      if (/^\s*(?:begin|start)\b/i.test(sql)) {
        inTransaction = true;
        await begin(sql);
        return [];
      }
      if (/^\s*(?:rollback(?!\s+to\b)|commit|end|abort)\b/i.test(sql)) {
        inTransaction = false;
        return session.query(sql);
      }
      if (inTransaction) return session.query(sql, parameters);
      await begin("begin read only");
      try {
        return await session.query(sql, parameters);
      } finally {
        // Of a lost connection the query's own error tells.
        await session.query("rollback").catch(() => undefined);
      }
    },
    close: () => session.close(),
  };
}
