import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { ConnectionOptions } from "mysql2";
import type { Connection, RowDataPacket } from "mysql2/promise";
import type { MysqlDriver } from "./mysql-driver.ts";
import { openClient } from "./open-client.ts";

/** How much of a statement must be seen in the server's list before it is killed. */
const RECOGNISED_CHARACTERS = 60;
const RETRY_MS = 20;

/**
 * Kills the running statement of `victim` by a connection of its own to the same address. Resolves with whether the KILL was
 * sent: not where the statement has ended before. Rejects where the server, found behind a balancer say, doesn't
 * run that statement under that id: it would be another one's.
 */
export async function killQuery(
  victim: MysqlDriver,
  sql: string,
  options: ConnectionOptions,
  isRunning: () => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  const { client, driver } = await openClient(toSameAddress(victim, options), signal);
  const abort = (): void => void driver.stream.destroy();
  signal.addEventListener("abort", abort, { once: true });
  try {
    const connection = client.promise();
    // It may have ended there while its answer is on the way, or be on its way itself.
    while (!(await isShown(connection, victim.threadId, sql))) {
      await delay(RETRY_MS, undefined, { signal });
      if (!isRunning()) return false;
    }
    if (!isRunning()) return false;
    await connection.query(`kill query ${victim.threadId}`);
    return true;
  } finally {
    signal.removeEventListener("abort", abort);
    driver.end();
    driver.stream.end();
  }
}

/** The address that a name had when the victim was connected; the name is still what a certificate is checked against. */
function toSameAddress({ stream }: MysqlDriver, options: ConnectionOptions): ConnectionOptions {
  const { remoteAddress: host, remotePort: port } = stream;
  if (options.stream !== undefined || host === undefined || port === undefined) return options;
  return { ...options, stream: () => connect({ host, port, noDelay: true }) };
}

/** Whether the server runs that statement under that id. Throws where it runs another. */
async function isShown(connection: Connection, id: number, sql: string): Promise<boolean> {
  const [sessions] = await connection.query<RowDataPacket[]>("show full processlist");
  const shown: unknown = sessions.find(({ Id }) => Number(Id) === id)?.["Info"];
  if (typeof shown !== "string") return false;
  // Shown without blanks at its ends; what is not ASCII may be replaced.
  const [plain = ""] = /^[\t\n\r -~]*/.exec(sql.trim()) ?? [];
  if (shown.trimStart().startsWith(plain.slice(0, RECOGNISED_CHARACTERS))) return true;
  throw new Error(`The server reached for KILL QUERY ${id} runs something else`);
}
