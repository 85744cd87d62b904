/**
 * How near plans with indexes that are not there are to a real server's, once it has them:
 * `pnpm bench:fidelity [--engine postgresql|mysql|mariadb] [--record] [--seed 0.42] [--only TEXT] [--plans]`.
 * `--loaded URL` measures on a database that holds the data already.
 * PostgreSQL's server is the testkit's, or that of DBADVISE_TEST_POSTGRES_URL; MySQL's and MariaDB's are two private ones, for the data
 * and for the scratch copy. Exits 1 where too few of the shapes are within the bars.
 */
import { parseArgs } from "node:util";
import { measurePostgres } from "./fidelity/measure-postgres.ts";
import { measureMysql } from "./fidelity/mysql/measure-mysql.ts";

const { values: options } = parseArgs({
  options: {
    engine: { type: "string", default: "postgresql" },
    record: { type: "boolean", default: false },
    seed: { type: "string", default: "0.42" },
    only: { type: "string", default: "" },
    loaded: { type: "string", default: "" },
    plans: { type: "boolean", default: false },
  },
});

async function measure(): Promise<boolean> {
  switch (options.engine) {
    case "postgresql":
      return measurePostgres(options);
    case "mysql":
    case "mariadb":
      return measureMysql(options.engine, options);
    default:
      throw new Error(`there is no engine "${options.engine}": postgresql, mysql or mariadb`);
  }
}

process.exit((await measure()) ? 0 : 1);
