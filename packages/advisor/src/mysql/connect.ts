import type { Connection, RowDataPacket } from "mysql2/promise";
import { DbadviseError } from "../dbadvise-error.ts";
import type { Session } from "../engine.ts";
import { bindParameters } from "./bind-parameters.ts";
import { connectionError, malformed, withoutDatabase } from "./connection-error.ts";
import { connectionOptions, readTarget, type Target } from "./connection-options.ts";
import { ownAlias } from "./own-alias.ts";
import { OWN_QUERY } from "./read-rows.ts";
import { OLDEST_VERSION, readVersion } from "./server-traits.ts";
import { READ_ONLY, SESSION_LIMITS } from "./session-limits.ts";

/**
 * Opens a read-only session with the limits of docs/safety.md. Each value of its rows is the server's own text or `null`; each `?`
 * of a text is replaced by a parameter. Errors of its queries keep the server's number as `errno`. Throws `DbadviseError`
 * `connection-failed`, or `unsupported-server` before MySQL 8.0 and MariaDB 10.6.
 */
export async function connect(url: string): Promise<Session> {
  const target = readTarget(url);
  if (target === null) throw malformed(url);
  if (target.database === "") throw withoutDatabase(url);
  let connection: Connection;
  try {
    connection = await openConnection(target);
  } catch (error) {
    throw connectionError(error, target);
  }
  try {
    const session = sessionOf(connection);
    await limit(session);
    return session;
  } catch (error) {
    connection.destroy();
    throw error instanceof DbadviseError ? error : connectionError(error, target);
  }
}

/** A connection as the target asks for it, encrypted or not; without any limit. */
export async function openConnection(target: Target): Promise<Connection> {
  // Loaded where something connects: it takes time and memory.
  const { createConnection } = await import("mysql2/promise");
  const attempt = async (encrypted: boolean): Promise<Connection> => {
    const connection = await createConnection(await connectionOptions(target, encrypted));
    // A connection that is lost between queries makes the next query fail; without a listener it would end the process.
    connection.on("error", () => undefined);
    return connection;
  };
  if (target.tls === "disabled" || target.socket !== null) return attempt(false);
  try {
    return await attempt(true);
  } catch (error) {
    const plain =
      target.tls === "preferred" &&
      target.tlsOptions === null &&
      error instanceof Error &&
      "code" in error &&
      error.code === "HANDSHAKE_NO_SSL_SUPPORT";
    if (!plain) throw error;
    return attempt(false);
  }
}

async function limit(session: Session): Promise<void> {
  const [server] = await session.query(`select ${OWN_QUERY} version() as ${ownAlias("value")}`);
  const version = String(server?.[ownAlias("value")]);
  const { product, versionNumber } = readVersion(version);
  if (versionNumber < OLDEST_VERSION[product]) {
    throw new DbadviseError(
      "unsupported-server",
      `The server is ${product} ${version}, which dbadvise can't read.`,
      "MySQL 8.0 and later, and MariaDB 10.6 and later, are supported.",
    );
  }
  await session.query(READ_ONLY);
  for (const [name, value] of Object.entries(SESSION_LIMITS[product])) {
    await session.query(`set session ${name} = ${value}`);
  }
}

function sessionOf(connection: Connection): Session {
  return {
    async query(sql, parameters) {
      const [rows] = await connection.query<RowDataPacket[]>(bindParameters(sql, parameters ?? []));
      return Array.isArray(rows) ? rows : [];
    },
    close: () => connection.end(),
  };
}
