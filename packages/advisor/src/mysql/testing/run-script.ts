import { createConnection, type RowDataPacket } from "mysql2/promise";
import type { Session } from "../../engine.ts";

/** A session with all privileges of the URL's account. */
export async function unlimited(url: string): Promise<Session> {
  const connection = await createConnection(url);
  return {
    async query(sql) {
      const [rows] = await connection.query<RowDataPacket[]>(sql);
      return Array.isArray(rows) ? rows : [];
    },
    close: () => connection.end(),
  };
}

/** Runs statements one by one. */
export async function runScript(url: string, statements: readonly string[]): Promise<void> {
  const session = await unlimited(url);
  try {
    for (const statement of statements) await session.query(statement);
  } finally {
    await session.close();
  }
}
