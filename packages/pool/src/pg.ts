/**
 * `pg` with a `Pool` of our own, which behaves as the original: adopted by changing the import.
 *
 *     import pg from "@dbadvise/pool/pg";           // instead of "pg"
 *     import { Pool } from "@dbadvise/pool/pg";
 *
 * What is better: an idle client's error ends no process (`error` is emitted where somebody listens); a caller in line
 * gets the first client that comes free; a session is reset before the next holder gets it; a client is checked before
 * it is lent after a pause; a failed statement of `pool.query` costs no connection; `end()` returns though a client was
 * never released; and every query is published to `@dbadvise/observe`. `min` clients are opened ahead.
 */
import pg from "pg";
import { PgPool } from "./postgres/pg-pool.ts";

export * from "pg";

/** See {@link https://node-postgres.com/apis/pool}. */
export type Pool = pg.Pool;

/** Takes the options of `pg.Pool`, and as second argument the class of clients as `pg-pool` does. */
export const Pool: new (config?: pg.PoolConfig, Client?: new () => pg.Client) => pg.Pool =
  PgPool as unknown as new (config?: pg.PoolConfig, Client?: new () => pg.Client) => pg.Pool;

const withPool: Omit<typeof pg, "Pool"> & { readonly Pool: typeof Pool } = Object.create(pg, {
  Pool: { value: Pool, enumerable: true },
});

export default withPool;
