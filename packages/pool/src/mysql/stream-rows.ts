import type { Connection } from "mysql2";
import type { StreamRows } from "../kysely/kysely-connection.ts";

/** Reads a query row by row, and gives `chunkSize` of them at a time. */
export const streamMysqlRows: StreamRows<Connection> = async function* stream(
  client,
  { sql, parameters },
  chunkSize,
) {
  let chunk: unknown[] = [];
  for await (const row of client.query(sql, [...parameters]).stream({ objectMode: true })) {
    chunk.push(row);
    if (chunk.length < chunkSize) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
};
