import { PGlite } from "@electric-sql/pglite";
import { pg_stat_statements } from "@electric-sql/pglite/contrib/pg_stat_statements";
import type { Session } from "@dbadvise/advisor";
import { SHOP_CONSTRAINTS, SHOP_DATA, SHOP_ROWS, SHOP_TABLES } from "./shop-schema.ts";
import { SHOP_WORKLOAD } from "./shop-workload.ts";

/** Boots a database in memory, fills the shop and lets its workload run. Counters and statistics are up to date after it. */
export async function openShop(progress: (message: string) => void): Promise<Session> {
  progress("starting PostgreSQL in memory");
  const database = await PGlite.create({ extensions: { pg_stat_statements } });
  const session: Session = {
    query: async (sql, parameters = []) =>
      (await database.query<Record<string, unknown>>(sql, [...parameters])).rows,
    close: () => database.close(),
  };
  try {
    await database.exec(
      `CREATE EXTENSION pg_stat_statements; SELECT setseed(0.42); ${SHOP_TABLES}`,
    );
    for (const { table, sql } of SHOP_DATA) {
      progress(`filling the shop: ${table}`);
      await database.exec(sql);
    }
    progress("adding keys and indexes");
    await database.exec(SHOP_CONSTRAINTS);
    // As one sets it where data is in memory or on an SSD: a page read out of order costs hardly more.
    await database.exec("SET random_page_cost = 1.1");
    progress("gathering statistics");
    for (const table of Object.keys(SHOP_ROWS)) await database.exec(`VACUUM (ANALYZE) ${table}`);
    // Loading is not the shop's workload: counters start here.
    await database.exec("SELECT /* dbadvise */ pg_stat_force_next_flush()");
    await database.exec("SELECT /* dbadvise */ pg_stat_reset(), pg_stat_statements_reset()");
    progress("running the shop's workload");
    for (const { sql, executions } of SHOP_WORKLOAD) {
      for (const parameters of executions) await session.query(sql, parameters);
    }
    // The server writes its counters at its own pace; a reader would see zeros for the last second.
    await database.exec("SELECT /* dbadvise */ pg_stat_force_next_flush()");
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}
