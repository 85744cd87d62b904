import type { ServerRole } from "@dbadvise/observe";
import type { Connection as Client } from "mysql2";
import type { Connection } from "../../connector.ts";
import { mysql, type MysqlConfig, type MysqlOptions } from "../../mysql.ts";

export interface OpenedConnection extends Connection<Client> {
  /** Reasons that the pool was given to retire it. */
  readonly retired: readonly string[];
}

/** Connects as a pool would. */
export async function openConnection(
  config: MysqlConfig,
  options: MysqlOptions & { readonly role?: ServerRole } = {},
): Promise<OpenedConnection> {
  const retired: string[] = [];
  const connection = await mysql(config, options).connect({
    signal: AbortSignal.timeout(30_000),
    pool: "test",
    role: options.role ?? "unknown",
    onRetire: (reason) => retired.push(reason),
  });
  return { ...connection, retired };
}

/** One value of the first row. */
export async function valueOf(connection: Connection<Client>, sql: string): Promise<unknown> {
  const { rows } = await connection.query<Record<string, unknown>>(sql, [], {});
  return Object.values(rows[0] ?? {})[0];
}

/** Sends on the raw client, as a holder may. */
export async function raw(connection: Connection<Client>, sql: string): Promise<void> {
  await connection.client.promise().query(sql);
}
