import type { Engine } from "./servers/test-server.ts";
import { startMariadb, startMysql } from "./start-mysql.ts";
import { startPostgres } from "./start-postgres.ts";
import type { TestDatabase } from "./test-database.ts";

/** One row of `DIALECTS`. */
export interface Dialect {
  readonly name: Engine;
  /** Makes an empty database on the run's server. */
  start(): Promise<TestDatabase>;
}

/** The engines for `describe.each(DIALECTS)("$name", ({ start }) => ...)`. */
export const DIALECTS: readonly Dialect[] = [
  { name: "postgres", start: startPostgres },
  { name: "mysql", start: startMysql },
  { name: "mariadb", start: startMariadb },
];
