import { startMariadb, startMysql } from "@dbadvise/testkit";
import { expect, test } from "vitest";
import { runScript, unlimited } from "../testing/run-script.ts";
import { createScratchPlanner } from "./create-scratch-planner.ts";
import { snapshotOf } from "./testing/shop.ts";

test.each([
  {
    product: "MySQL",
    start: startMysql,
    analyze: "ANALYZE TABLE t UPDATE HISTOGRAM ON state, n WITH 8 BUCKETS",
    read: (database: string) =>
      `SELECT column_name AS name, JSON_EXTRACT(CAST(histogram AS CHAR), '$.buckets') AS histogram
       FROM information_schema.column_statistics WHERE schema_name ${database} ORDER BY 1`,
  },
  {
    product: "MariaDB",
    start: startMariadb,
    analyze: "ANALYZE TABLE t PERSISTENT FOR COLUMNS (state, n) INDEXES ()",
    read: (database: string) =>
      `SELECT column_name AS name, CONCAT(hist_type, min_value, max_value, HEX(histogram)) AS histogram
       FROM mysql.column_stats WHERE db_name ${database} ORDER BY 1`,
  },
])("the copy has the histograms that $product keeps", async ({ start, analyze, read }) => {
  const database = await start();
  const session = await unlimited(database.url);
  const name = new URL(database.url).pathname.slice(1);
  try {
    await runScript(database.url, [
      "CREATE TABLE t (id INT NOT NULL PRIMARY KEY, state VARCHAR(10), n INT)",
      "INSERT INTO t SELECT 1 + a.d + 10 * b.d, ELT(1 + a.d % 3, 'a''b', 'c\\\\d', 'é'), b.d FROM (SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3) a JOIN (SELECT 0 d UNION ALL SELECT 5 UNION ALL SELECT 9) b",
      analyze,
    ]);
    const production = await session.query(read(`= '${name}'`));
    expect(production.map((row) => String(row["name"]))).toEqual(["n", "state"]);
    const before = new Set(
      (await session.query("SHOW DATABASES")).map((row) => Object.values(row)[0]),
    );
    const planner = await createScratchPlanner(
      await snapshotOf(database.url),
      () => undefined,
      database.url,
    );
    expect(planner?.gaps).toEqual([]);
    const made = (await session.query("SHOW DATABASES LIKE 'dbadvise\\_scratch\\_%'"))
      .map((row) => String(Object.values(row)[0]))
      .filter((one) => !before.has(one));
    // Another test may make one at the same time.
    const copies = await Promise.all(made.map((one) => session.query(read(`= '${one}'`))));
    expect(copies).toContainEqual(production);
    await planner?.close();
  } finally {
    await session.close();
    await database.close();
  }
});
