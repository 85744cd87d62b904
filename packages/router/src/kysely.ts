import {
  type CursorClass,
  kyselyDriver,
  streamMysqlRows,
  streamPostgresRows,
} from "@dbadvise/pool/kysely";
import {
  type Dialect,
  MysqlAdapter,
  MysqlIntrospector,
  MysqlQueryCompiler,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from "kysely";
import type { Connection as MysqlConnection } from "mysql2";
import type pg from "pg";
import { sessionConnections } from "./kysely/session-connections.ts";
import type { Router } from "./router.ts";

export { route } from "./kysely/route-plugin.ts";

/**
 * A Kysely dialect for PostgreSQL over a router. Reads go to replicas, read-only transactions (`setAccessMode("read only")`)
 * to one for as long as they last, everything else to the primary; `db.connection()` stays on the primary from its first
 * write on. {@link route} says otherwise for a query. `destroy()` of Kysely closes the router.
 *
 * @example
 * const router = createRouter({ dialect: postgres(), primary, replicas });
 * const db = new Kysely<Database>({ dialect: postgresDialect({ router }) });
 * const fresh = await db.withPlugin(route({ consistency: "strong" })).selectFrom("notes").selectAll().execute();
 */
export function postgresDialect(options: {
  readonly router: Router<pg.Client>;
  /** The class of `pg-cursor`, for `stream()`. */
  readonly cursor?: CursorClass;
}): Dialect {
  const connections = sessionConnections(options.router, streamPostgresRows(options.cursor));
  return {
    createDriver: () => kyselyDriver(connections),
    createQueryCompiler: () => new PostgresQueryCompiler(),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
  };
}

/** A Kysely dialect for MySQL and MariaDB over a router. See {@link postgresDialect}. */
export function mysqlDialect(options: { readonly router: Router<MysqlConnection> }): Dialect {
  const connections = sessionConnections(options.router, streamMysqlRows);
  return {
    createDriver: () => kyselyDriver(connections),
    createQueryCompiler: () => new MysqlQueryCompiler(),
    createAdapter: () => new MysqlAdapter(),
    createIntrospector: (db) => new MysqlIntrospector(db),
  };
}
