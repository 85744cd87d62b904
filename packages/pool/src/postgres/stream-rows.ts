import type { CompiledQuery } from "kysely";
import type pg from "pg";
import type { StreamRows } from "../kysely/kysely-connection.ts";

/** What is needed of the class of `pg-cursor`. */
export type CursorClass = new (text: string, values: unknown[]) => Cursor & pg.Submittable;

interface Cursor {
  read(rowCount: number): Promise<unknown[]>;
  close(): Promise<void>;
}

/** Reads a query through a cursor, so that no more than a chunk of it is in memory. */
export function streamPostgresRows(cursorClass: CursorClass | undefined): StreamRows<pg.Client> {
  return async function* stream(client, { sql, parameters }: CompiledQuery, chunkSize) {
    if (cursorClass === undefined) {
      throw new Error(
        'Streaming needs a cursor: postgresDialect({ pool, cursor }), with `import cursor from "pg-cursor"`',
      );
    }
    const cursor = client.query(new cursorClass(sql, [...parameters]));
    try {
      for (;;) {
        const rows = await cursor.read(chunkSize);
        if (rows.length === 0) return;
        yield rows;
      }
    } finally {
      await cursor.close();
    }
  };
}
