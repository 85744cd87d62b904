import mysql from "mysql2";
import { type MysqlDriver, type Send, systemOf } from "./mysql-driver.ts";
import type { Session } from "./session.ts";

/** Client flag by which the server adds IGNORE_SPACE to the session's sql_mode. */
const IGNORE_SPACE = 0x100;
export interface ResettableSession {
  readonly driver: MysqlDriver;
  readonly session: Session;
  readonly send: Send;
  /** The collation by its number, and the database, after connecting. */
  readonly charsetNumber: number;
  readonly database: string | undefined;
  /** What the application does to a new session. */
  setUp(): Promise<void>;
}

/**
 * Brings a session back to where it was after connecting. Where only a transaction is open, that is rolled back, which keeps
 * prepared statements; else COM_RESET_CONNECTION wipes everything, and mysql2 forgets its statements. That takes away some
 * of what came with the handshake too: it is set again.
 */
export async function resetSession(to: ResettableSession): Promise<void> {
  const { driver, session, send } = to;
  if (session.needsOnlyRollback()) {
    await run(send, "rollback");
    // It may have begun another transaction (completion_type).
    if (session.isClean()) return;
  }
  if (session.databaseChanged() && to.database === undefined) {
    throw new Error("The session has chosen a database, and there is no way back to none");
  }
  await new Promise<void>((resolve, reject) => {
    driver.reset((error) => (error ? reject(error) : resolve()));
  });
  driver.config.charsetNumber = to.charsetNumber;
  const settings = handshakeSettings(to);
  if (settings.length > 0) await run(send, `set ${settings.join(", ")}`);
  if (session.databaseChanged()) await run(send, `use ${mysql.escapeId(to.database ?? "", true)}`);
  await to.setUp();
  session.settle();
}

/** What the handshake had set, and the reset has not. */
function handshakeSettings({ driver, charsetNumber }: ResettableSession): string[] {
  const settings: string[] = [];
  if ((driver.config.clientFlags & IGNORE_SPACE) !== 0) {
    settings.push("sql_mode = concat_ws(',', nullif(@@sql_mode, ''), 'IGNORE_SPACE')");
  }
  // MariaDB goes back to the client's character set by itself, MySQL to the server's own.
  if (systemOf(driver) === "mysql") {
    const collation = collationOf(charsetNumber);
    const [charset] = collation.split("_");
    settings.push(`names ${charset} collate ${collation}`);
  }
  return settings;
}

function collationOf(charsetNumber: number): string {
  // The full names stand before their short forms.
  for (const [name, number] of Object.entries(mysql.Charsets)) {
    if (number === charsetNumber) return name.toLowerCase();
  }
  throw new Error(`mysql2 knows no collation ${charsetNumber}`);
}

function run(send: Send, sql: string): Promise<void> {
  return new Promise((resolve, reject) => {
    send(sql, (error: Error | null) => (error ? reject(error) : resolve()));
  });
}
