import type { Connection, RowDataPacket } from "mysql2/promise";
import { ALIASES, type Shape } from "./shapes.ts";

/** How a table is read, whoever says so. */
export interface Access {
  readonly table: string;
  readonly type: string;
  /** `+` for the shape's own index. */
  readonly index: string | null;
  readonly rows: number;
}

const BUILT = "dbadvise_shape";

/** How the server reads the shape's tables as it is. */
export async function planOnServer(
  connection: Connection,
  { sql }: Shape,
): Promise<readonly Access[]> {
  const [rows] = await connection.query<RowDataPacket[]>(`explain format=traditional ${sql}`).catch(
    // MariaDB has no such word: its plans are tables anyway.
    () => connection.query<RowDataPacket[]>(`explain ${sql}`),
  );
  return rows.flatMap((row): readonly Access[] => {
    const alias = String(row["table"]);
    const table = ALIASES[alias] ?? alias;
    if (row["type"] === null || alias.startsWith("<") || !TABLES.has(table)) return [];
    // A table that rows go into is not read.
    if (row["select_type"] === "INSERT") return [];
    const read = { table, type: String(row["type"]), rows: Number(row["rows"]) };
    const key: unknown = row["key"];
    const indexes = typeof key === "string" ? key.split(",") : [null];
    return indexes.map((index) => ({ ...read, index: index === BUILT ? "+" : index }));
  });
}

const TABLES = new Set(Object.values(ALIASES));

/** The same with the shape's index, which is built and dropped again; and its bytes. */
export async function planWithIndex(
  connection: Connection,
  shape: Shape,
): Promise<{ readonly accesses: readonly Access[]; readonly bytes: number }> {
  const keys = shape.keys.join(", ");
  await connection.query(`create index ${BUILT} on ${shape.table} (${keys})`);
  try {
    const accesses = await planOnServer(connection, shape);
    const [[size]] = await connection.query<RowDataPacket[]>(
      `select sum(stat_value) * @@innodb_page_size as bytes from mysql.innodb_index_stats
        where database_name = database() and index_name = '${BUILT}' and stat_name = 'size'`,
    );
    return { accesses, bytes: Number(size?.["bytes"]) };
  } finally {
    await connection.query(`drop index ${BUILT} on ${shape.table}`);
  }
}
