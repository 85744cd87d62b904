import { setTimeout as delay } from "node:timers/promises";
import { runOnMysql } from "./run-on-mysql.ts";
import { runOnPostgres } from "./run-on-postgres.ts";

/** Makes all transactions read-only that don't say otherwise, those of superusers too. */
export async function setPostgresReadOnly(url: string, readOnly: boolean): Promise<void> {
  const wanted = readOnly ? "on" : "off";
  await runOnPostgres(url, `alter system set default_transaction_read_only = ${wanted}`);
  await runOnPostgres(url, "select pg_reload_conf()");
  const setting = "default_transaction_read_only";
  // The server's processes are told by signals, the one that starts new sessions among them.
  while ((await runOnPostgres(url, `show ${setting}`))[0]?.[setting] !== wanted) await delay(20);
}

/** Refuses writes of everybody. */
export function setMysqlReadOnly(url: string, readOnly: boolean): Promise<void> {
  return runOnMysql(url, async (connection) => {
    await connection.query(`set global super_read_only = ${String(readOnly)}`);
    // The one implies the other, but not the reverse.
    await connection.query(`set global read_only = ${String(readOnly)}`);
  });
}

/** Refuses writes of all accounts without the privilege READ ONLY ADMIN. */
export function setMariadbReadOnly(url: string, readOnly: boolean): Promise<void> {
  return runOnMysql(url, (connection) =>
    connection.query(`set global read_only = ${String(readOnly)}`),
  );
}
