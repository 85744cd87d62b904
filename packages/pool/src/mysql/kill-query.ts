import { setTimeout as delay } from "node:timers/promises";
import type { ConnectionOptions } from "mysql2";
import type { Connection } from "mysql2/promise";
import { shownSession, withConnectionBeside } from "./connection-beside.ts";
import type { MysqlDriver } from "./mysql-driver.ts";

/** How much of a statement must be seen in the server's list before it is killed. */
const RECOGNISED_CHARACTERS = 60;
const RETRY_MS = 20;

/**
 * Kills the running statement of `victim` by a connection beside it. Resolves with whether the KILL was sent: not where
 * the statement has ended before. Rejects where the server, found behind a balancer say, doesn't run that statement
 * under that id: it would be another one's.
 */
export function killQuery(
  victim: MysqlDriver,
  sql: string,
  options: ConnectionOptions,
  isRunning: () => boolean,
  signal: AbortSignal,
): Promise<boolean> {
  return withConnectionBeside(victim, options, signal, async (connection) => {
    // It may have ended there while its answer is on the way, or be on its way itself.
    while (!(await isShown(connection, victim.threadId, sql))) {
      await delay(RETRY_MS, undefined, { signal });
      if (!isRunning()) return false;
    }
    if (!isRunning()) return false;
    await connection.query(`kill query ${victim.threadId}`);
    return true;
  });
}

/** Whether the server runs that statement under that id. Throws where it runs another. */
async function isShown(connection: Connection, id: number, sql: string): Promise<boolean> {
  const shown: unknown = (await shownSession(connection, id))?.["Info"];
  if (typeof shown !== "string") return false;
  // Shown without blanks at its ends; what is not ASCII may be replaced.
  const [plain = ""] = /^[\t\n\r -~]*/.exec(sql.trim()) ?? [];
  if (shown.trimStart().startsWith(plain.slice(0, RECOGNISED_CHARACTERS))) return true;
  throw new Error(`The server reached for KILL QUERY ${id} runs something else`);
}
