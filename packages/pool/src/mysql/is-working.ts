import type { ConnectionOptions } from "mysql2";
import { shownSession, withConnectionBeside } from "./connection-beside.ts";
import type { MysqlDriver } from "./mysql-driver.ts";

/** Asks by a connection beside it whether the server's thread is at work: not where it sleeps, or is gone. */
export function isWorking(
  driver: MysqlDriver,
  options: ConnectionOptions,
  signal: AbortSignal,
): Promise<boolean> {
  return withConnectionBeside(driver, options, signal, async (connection) => {
    const session = await shownSession(connection, driver.threadId);
    return session !== undefined && session["Command"] !== "Sleep";
  });
}
