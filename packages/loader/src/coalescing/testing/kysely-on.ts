import { Kysely, type LogEvent, MysqlDialect, PostgresDialect } from "kysely";
import mysql from "mysql2";
import pg from "pg";
import Cursor from "pg-cursor";

/** Tables of a test, whose columns it makes itself. */
export type AnyDatabase = Record<string, Record<string, unknown>>;

interface On {
  /** Kysely with its own dialect, on a driver's own pool of at most so many connections. */
  <Database = AnyDatabase>(
    url: string,
    max?: number,
    log?: (event: LogEvent) => void,
  ): Kysely<Database>;
}

const onMysql: On = (url, max = 5, log) => {
  const pool = mysql.createPool({ uri: url, connectionLimit: max });
  return new Kysely({ dialect: new MysqlDialect({ pool }), ...(log === undefined ? {} : { log }) });
};

export const kyselyOn: Readonly<Record<"postgres" | "mysql" | "mariadb", On>> = {
  postgres: (url, max = 5, log) => {
    const pool = new pg.Pool({ connectionString: url, max });
    // Its end doesn't wait for the sockets: the database may be gone before they are.
    pool.on("error", () => undefined);
    return new Kysely({
      dialect: new PostgresDialect({ pool, cursor: Cursor }),
      ...(log === undefined ? {} : { log }),
    });
  },
  mysql: onMysql,
  mariadb: onMysql,
};
