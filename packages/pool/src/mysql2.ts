/**
 * `mysql2` with a `createPool` of our own, which behaves as the original: adopted by changing the import.
 *
 *     import mysql from "@dbadvise/pool/mysql2";            // instead of "mysql2"
 *     import mysql from "@dbadvise/pool/mysql2/promise";    // instead of "mysql2/promise"
 *
 * What is better: a connection that changed its session is reset before the next holder gets it (`resetOnRelease` has
 * nothing left to do); it is checked before it is lent after a pause; one that turned read-only is replaced however it was
 * used; a stream on a lost connection ends; `acquireTimeout` bounds the wait for a connection; `end()` waits for those
 * that are lent, up to ten seconds; and every query is published to `@dbadvise/observe`.
 *
 * As there, a second `release()` does nothing (a warning of the process tells of the first), since code in use does that.
 * Events `acquire` and `release` come for each holder, also where a connection goes from one to the next at once. A
 * pool with `connection` listeners replaces a connection whose session needs more than a rollback: they are told once.
 */
import mysql2, { type Pool } from "mysql2";
import { MysqlPool } from "./mysql/mysql-pool.ts";
import type { MysqlPoolOptions } from "./mysql/mysql-pool-options.ts";

export * from "mysql2";
export type { MysqlPoolOptions } from "./mysql/mysql-pool-options.ts";

/** Takes a URL or the options of mysql2's `createPool`. Connects nothing before it must. */
export function createPool(config: string | MysqlPoolOptions): Pool {
  return new MysqlPool(config) as unknown as Pool;
}

const withPool: Omit<typeof mysql2, "createPool"> & { readonly createPool: typeof createPool } =
  Object.create(mysql2, { createPool: { value: createPool, enumerable: true } });

export default withPool;
