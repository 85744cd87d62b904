import { PGlite } from "@electric-sql/pglite";
import { pg_stat_statements } from "@electric-sql/pglite/contrib/pg_stat_statements";
import { engineNamed, type Session } from "@dbadvise/advisor";
import type { Shop } from "../shop.ts";
import { SHOP_ROWS } from "../shop-rows.ts";
import { SHOP_WORKLOAD } from "../shop-workload.ts";
import { SHOP_CONSTRAINTS, SHOP_DATA, SHOP_TABLES } from "./shop-schema.ts";

const FOOTNOTES = [
  "Predicted: ratio of the planner's costs, before anything was built. Measured: ratio of median execution times.",
  "pg_stat_statements holds no values, so costs are those of values of usual frequency: rare ones gain more.",
];

/** Boots a database in memory, fills the shop and lets its workload run. Counters and statistics are up to date after it. */
export async function openShop(progress: (message: string) => void): Promise<Shop> {
  const engine = engineNamed("PostgreSQL");
  const session = await openSession(progress);
  return {
    engine,
    session,
    workload: SHOP_WORKLOAD,
    sources: [],
    footnotes: FOOTNOTES,
    capture: () => engine.capture(session, { values: true, workload: true, node: "demo/shop" }),
    // Without planning and without the way to the server and back, as the planner's costs are.
    async measure(sql, parameters) {
      const [row] = await session.query(
        `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${sql}`,
        parameters,
      );
      const [plan] = (row?.["QUERY PLAN"] ?? []) as readonly {
        readonly "Execution Time": number;
      }[];
      return plan?.["Execution Time"] ?? Number.NaN;
    },
    close: () => session.close(),
  };
}

async function openSession(progress: (message: string) => void): Promise<Session> {
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
