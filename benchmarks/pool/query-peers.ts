import { createPool } from "@dbadvise/pool";
import { mysql } from "@dbadvise/pool/mysql";
import { Pool as DropIn } from "@dbadvise/pool/pg";
import { postgres } from "@dbadvise/pool/postgres";
import genericPool from "generic-pool";
import mysql2 from "mysql2/promise";
import pg from "pg";
import postgresJs from "postgres";

/** A pool of ten connections to a real server. */
export interface QueryPeer {
  readonly name: string;
  /** Sends `select 1`. */
  query(): Promise<unknown>;
  end(): Promise<unknown>;
  /** Whether the bar is for it. */
  readonly own: boolean;
}

const CONNECTIONS = 10;
const SQL = "select 1";

/** The first is what the others are compared with. */
export function postgresPeers(url: string): readonly QueryPeer[] {
  const theirs = new pg.Pool({ connectionString: url, max: CONNECTIONS });
  const dropIn = new DropIn({ connectionString: url, max: CONNECTIONS });
  const raw = createPool({ connector: postgres(url), max: CONNECTIONS });
  const sql = postgresJs(url, { max: CONNECTIONS });
  const generic = genericPool.createPool<pg.Client>(
    {
      create: async () => {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        return client;
      },
      destroy: (client) => client.end(),
    },
    { max: CONNECTIONS },
  );
  return [
    { name: "pg.Pool", query: () => theirs.query(SQL), end: () => theirs.end(), own: false },
    { name: "@dbadvise/pool", query: () => raw.query(SQL), end: () => raw.drain(), own: true },
    {
      name: "@dbadvise/pool/pg",
      query: () => dropIn.query(SQL),
      end: () => dropIn.end(),
      own: true,
    },
    {
      name: "postgres.js",
      query: async () => await sql.unsafe(SQL),
      end: () => sql.end(),
      own: false,
    },
    {
      name: "generic-pool + pg",
      query: () => generic.use((client) => client.query(SQL)),
      end: async () => {
        await generic.drain();
        await generic.clear();
      },
      own: false,
    },
  ];
}

/** The first is what the others are compared with. */
export function mysqlPeers(url: string): readonly QueryPeer[] {
  const theirs = mysql2.createPool({ uri: url, connectionLimit: CONNECTIONS });
  const raw = createPool({ connector: mysql(url), max: CONNECTIONS });
  return [
    { name: "mysql2's pool", query: () => theirs.query(SQL), end: () => theirs.end(), own: false },
    { name: "@dbadvise/pool", query: () => raw.query(SQL), end: () => raw.drain(), own: true },
  ];
}
