/** `mysql2/promise` with a `createPool` of our own: see `@dbadvise/pool/mysql2`. */
import promises, { type Pool } from "mysql2/promise";
import { MysqlPool } from "./mysql/mysql-pool.ts";
import type { MysqlPoolOptions } from "./mysql/mysql-pool-options.ts";

export * from "mysql2/promise";
export type { MysqlPoolOptions } from "./mysql/mysql-pool-options.ts";

/** Takes a URL or the options of mysql2's `createPool`. Connects nothing before it must. */
export function createPool(config: string | MysqlPoolOptions): Pool {
  return new MysqlPool(config).promise();
}

const withPool: Omit<typeof promises, "createPool"> & { readonly createPool: typeof createPool } =
  Object.create(promises, { createPool: { value: createPool, enumerable: true } });

export default withPool;
