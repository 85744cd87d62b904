import mysql, { type Connection } from "mysql2/promise";

/** Does something on a connection of its own. */
export async function runOnMysql(
  url: string,
  use: (connection: Connection) => Promise<unknown>,
): Promise<void> {
  const connection = await mysql.createConnection(url);
  try {
    await use(connection);
  } finally {
    await connection.end();
  }
}
