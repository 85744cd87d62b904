import type { Pool, PoolConnection } from "mysql2";

export type Done = (error: unknown, result?: unknown, fields?: unknown) => void;

/** What a callback was given, without what differs from run to run. */
export function called(send: (done: Done) => unknown): Promise<unknown> {
  return new Promise((resolve) => {
    const done: Done = (error, result, fields) =>
      resolve([
        error instanceof Error ? codeOf(error) : error,
        result,
        Array.isArray(fields) ? fields.length : fields,
      ]);
    try {
      send(done);
    } catch (error) {
      resolve(["thrown", codeOf(error)]);
    }
  });
}

export function codeOf(error: unknown): unknown {
  const { code, errno, sqlState, message } = error as {
    code?: string;
    errno?: number;
    sqlState?: string;
    message: string;
  };
  return { code, errno, sqlState, message };
}

export function connectionOf(pool: Pool): Promise<PoolConnection> {
  return new Promise((resolve, reject) => {
    pool.getConnection((error, connection) => (error ? reject(error) : resolve(connection)));
  });
}

export async function withConnection<Result>(
  pool: Pool,
  use: (connection: PoolConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await connectionOf(pool);
  try {
    return await use(connection);
  } finally {
    connection.release();
  }
}

export function ended(pool: Pool): Promise<unknown> {
  return new Promise((resolve) => pool.end((error) => resolve(error ?? "ended")));
}
