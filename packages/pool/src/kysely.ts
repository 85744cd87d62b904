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
import { poolDriver } from "./kysely/pool-driver.ts";
import { streamMysqlRows } from "./mysql/stream-rows.ts";
import type { Pool } from "./pool.ts";
import { type CursorClass, streamPostgresRows } from "./postgres/stream-rows.ts";

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
    createDriver: () => poolDriver(options.pool, streamPostgresRows(options.cursor)),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

/** A Kysely dialect for MySQL and MariaDB over a pool. `destroy()` of Kysely drains the pool. */
export function mysqlDialect(options: { readonly pool: Pool<MysqlConnection> }): Dialect {
  return {
    createDriver: () => poolDriver(options.pool, streamMysqlRows),
    createQueryCompiler: () => new MysqlQueryCompiler(),
    createAdapter: () => new MysqlAdapter(),
    createIntrospector: (db) => new MysqlIntrospector(db),
  };
}
