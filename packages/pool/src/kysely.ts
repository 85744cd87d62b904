import type { Connection as MysqlConnection } from "mysql2";
import {
  type Dialect,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import type pg from "pg";
import type { ConnectionSource, StreamRows } from "./kysely/kysely-connection.ts";
import { kyselyDriver } from "./kysely/kysely-driver.ts";
import { streamMysqlRows } from "./mysql/stream-rows.ts";
import type { Pool } from "./pool.ts";
import { type CursorClass, streamPostgresRows } from "./postgres/stream-rows.ts";

export type { ConnectionSource, SourceConnection, StreamRows } from "./kysely/kysely-connection.ts";
export { kyselyDriver } from "./kysely/kysely-driver.ts";
export { streamMysqlRows } from "./mysql/stream-rows.ts";
export { type CursorClass, streamPostgresRows } from "./postgres/stream-rows.ts";

/**
 * A Kysely dialect for PostgreSQL over a pool. `destroy()` of Kysely drains the pool.
 *
 * @example
 * const pool = createPool({ connector: postgres(url) });
 * const db = new Kysely<Database>({ dialect: postgresDialect({ pool }) });
 */
export function postgresDialect(options: {
  readonly pool: Pool<pg.Client>;
  /** The class of `pg-cursor`, for `stream()`. */
  readonly cursor?: CursorClass;
}): Dialect {
  return {
    createDriver: () => kyselyDriver(leasesOf(options.pool, streamPostgresRows(options.cursor))),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

/** A Kysely dialect for MySQL and MariaDB over a pool. `destroy()` of Kysely drains the pool. */
export function mysqlDialect(options: { readonly pool: Pool<MysqlConnection> }): Dialect {
  return {
    createDriver: () => kyselyDriver(leasesOf(options.pool, streamMysqlRows)),
    createQueryCompiler: () => new MysqlQueryCompiler(),
    createAdapter: () => new MysqlAdapter(),
    createIntrospector: (db) => new MysqlIntrospector(db),
  };
}

function leasesOf<Client>(pool: Pool<Client>, streamRows: StreamRows<Client>): ConnectionSource {
  return {
    acquire: async (options) => {
      const lease = await pool.acquire(options);
      return {
        query: ({ sql, parameters }, given) => lease.query(sql, parameters, given),
        stream: (query, chunkSize) => streamRows(lease.client, query, chunkSize),
        begin: (mode) => lease.begin(mode),
        commit: () => lease.commit(),
        rollback: () => lease.rollback(),
        release: (retire) => Promise.resolve(lease.release(retire)),
      };
    },
    end: () => pool.drain(),
  };
}
