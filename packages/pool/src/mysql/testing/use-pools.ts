import original, { type Pool } from "mysql2";
import { afterAll, afterEach, beforeAll } from "vitest";
import { ended } from "./callbacks.ts";
import { START_MS, type Start } from "./use-database.ts";

/** A database for the tests of one `describe`, with a table `t (id int primary key, name varchar(10))`, and pools on it. */
export interface UsedPools {
  readonly url: string;
  /** Ends a pool after the test that made it. */
  keep(pool: Pool): Pool;
}

export function usePools(start: Start): UsedPools {
  let database: Awaited<ReturnType<Start>>;
  const pools: Pool[] = [];

  beforeAll(async () => {
    database = await start();
    const pool = original.createPool(database.url);
    await pool.promise().query("create table t (id int primary key, name varchar(10))");
    await pool.promise().end();
  }, START_MS);

  afterEach(async () => {
    await Promise.all(pools.splice(0).map((pool) => ended(pool)));
  });

  afterAll(() => database.close());

  return {
    get url() {
      return database.url;
    },
    keep: (pool) => {
      pools.push(pool);
      return pool;
    },
  };
}
