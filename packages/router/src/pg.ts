import type pg from "pg";
import { RoutedPool } from "./pg/routed-pool.ts";
import type { Router } from "./router.ts";

/**
 * What libraries take for a `pg.Pool`, over a router: for Drizzle's `node-postgres`, Kysely's `PostgresDialect`, and code of
 * your own. `pool.query` is routed by its text. A client of `pool.connect()` begins with no server: its reads go to replicas,
 * each to the one that is best for it; `BEGIN ... READ ONLY` takes a replica until the transaction ends; everything else
 * takes the primary for the rest of the client's time. Cursors and query streams too are read from the primary.
 *
 * `totalCount` counts the clients that are out. `end()` waits for them and closes the router.
 *
 * @example
 * const db = drizzle(routedPool(createRouter({ dialect: postgres(), primary, replicas })));
 */
export function routedPool(router: Router<pg.Client>): pg.Pool {
  return new RoutedPool(router) as unknown as pg.Pool;
}
