import type { Connection } from "../connector.ts";

/** One value of the first row. */
export async function valueOf(
  connection: Pick<Connection<unknown>, "query">,
  sql: string,
): Promise<unknown> {
  const { rows } = await connection.query<Record<string, unknown>>(sql, [], {});
  return Object.values(rows[0] ?? {})[0];
}
