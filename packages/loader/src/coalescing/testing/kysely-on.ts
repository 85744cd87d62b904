import { Kysely, MysqlDialect, PostgresDialect } from "kysely";
import mysql from "mysql2";
import pg from "pg";

/** Tables of a test, whose columns it makes itself. */
export type AnyDatabase = Record<string, Record<string, unknown>>;

function onMysql<Database>(url: string, max: number): Kysely<Database> {
  const pool = mysql.createPool({ uri: url, connectionLimit: max });
  return new Kysely({ dialect: new MysqlDialect({ pool }) });
}

/** Kysely with its own dialect, on a driver's own pool of at most so many connections. */
export const kyselyOn = {
  postgres: <Database = AnyDatabase>(url: string, max = 5): Kysely<Database> =>
    new Kysely({
      dialect: new PostgresDialect({ pool: new pg.Pool({ connectionString: url, max }) }),
    }),
  mysql: <Database = AnyDatabase>(url: string, max = 5): Kysely<Database> =>
    onMysql<Database>(url, max),
  mariadb: <Database = AnyDatabase>(url: string, max = 5): Kysely<Database> =>
    onMysql<Database>(url, max),
};
