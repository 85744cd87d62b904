import type { Connection, RowDataPacket } from "mysql2/promise";
import { readVersion, type Product } from "../server-traits.ts";

/** A row as the server prints it: texts. */
export type Row = Readonly<Record<string, string | null>>;

/** A server on which databases may be made, and the one connection to it. */
export interface ScratchServer {
  readonly product: Product;
  /** `10.11.14` */
  readonly version: string;
  readonly versionNumber: number;
  /** Whether it runs for this planner alone, so that settings of the whole server may be changed. */
  readonly own: boolean;
  query(sql: string): Promise<readonly Row[]>;
  close(): Promise<void>;
}

/** Describes the server of a connection, which is closed with it. `stop` ends what else was started for it. */
export async function scratchServer(
  connection: Connection,
  own: boolean,
  stop: () => Promise<void>,
): Promise<ScratchServer> {
  const query = async (sql: string): Promise<readonly Row[]> => {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return Array.isArray(rows) ? rows : [];
  };
  const [row] = await query("select version() as version");
  const text = String(row?.["version"]);
  const { product, versionNumber } = readVersion(text);
  return {
    product,
    versionNumber,
    version: /\d+\.\d+\.\d+/.exec(text.replace(/^5\.5\.5-/, ""))?.[0] ?? text,
    own,
    query,
    async close() {
      try {
        await connection.end().catch(() => undefined);
      } finally {
        await stop();
      }
    },
  };
}
