import type { ServerRole } from "@dbadvise/observe";
import type { Connection as Client } from "mysql2";
import { mysql, type MysqlConfig, type MysqlOptions } from "../../mysql.ts";
import { type Opened, openOn } from "../../testing/open-on.ts";

export type OpenedConnection = Opened<Client>;

/** Connects as a pool would. */
export function openConnection(
  config: MysqlConfig,
  { role, ...options }: MysqlOptions & { readonly role?: ServerRole } = {},
): Promise<OpenedConnection> {
  return openOn(mysql(config, options), role);
}

/** Sends on the raw client, as a holder may. */
export async function raw(
  { client }: Pick<OpenedConnection, "client">,
  sql: string,
): Promise<void> {
  await client.promise().query(sql);
}
