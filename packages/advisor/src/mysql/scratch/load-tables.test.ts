import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { statisticsFinder } from "../../catalog/find-statistics.ts";
import { runScript, unlimited } from "../testing/run-script.ts";
import { loadTables } from "./load-tables.ts";
import { scaleOf } from "./scale.ts";
import { createDatabases, dropDatabases } from "./scratch-databases.ts";
import type { ScratchServer } from "./scratch-server.ts";
import { openServerAt } from "./server-at-url.ts";
import { snapshotOf } from "./testing/shop.ts";

const ROWS = 4_000;
const DIGITS =
  "(SELECT 0 d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)";
const NUMBERS = `(SELECT 1 + a.d + 10*b.d + 100*c.d + 1000*e.d AS n FROM ${DIGITS} a JOIN ${DIGITS} b JOIN ${DIGITS} c JOIN ${DIGITS} e) numbers WHERE n <= ${ROWS}`;

/** Each type with an expression that gives its values by `n`. */
const TYPES: Readonly<Record<string, string>> = {
  tiny: "TINYINT UNSIGNED|n % 200",
  small: "SMALLINT|n - 2000",
  medium: "MEDIUMINT|n * 7",
  big: "BIGINT UNSIGNED|18446744073709000000 + n",
  exact: "DECIMAL(12,4)|n / 8",
  floating: "DOUBLE|n / 7",
  bits: "BIT(5)|n % 32",
  day: "DATE|DATE_ADD('1999-12-30', INTERVAL n DAY)",
  moment: "DATETIME(3)|DATE_ADD('2020-01-01', INTERVAL n * 1000001 MICROSECOND)",
  stamp: "TIMESTAMP NULL|DATE_ADD('2020-01-01', INTERVAL n HOUR)",
  clock: "TIME|SEC_TO_TIME(n * 20)",
  year_: "YEAR|1950 + n % 100",
  letters: "CHAR(8)|LPAD(HEX(n), 8, 'x')",
  name: "VARCHAR(200) COLLATE utf8mb4_bin|CONCAT('Ünï ''', n % 500, '\\\\ ?')",
  words: "TEXT|REPEAT('word ', n % 50)",
  bytes: "VARBINARY(16)|UNHEX(LEFT(SHA2(n, 256), 32))",
  fixed: "BINARY(4)|UNHEX(LPAD(HEX(n), 8, '0'))",
  blob_: "BLOB|UNHEX(LEFT(SHA2(n, 256), 32))",
  kind: "ENUM('a','b,c','it''s')|1 + n % 3",
  flags: "SET('x','y','z')|n % 8",
  json_: "JSON|JSON_OBJECT('n', n)",
  place: "POINT|POINT(n, n)",
};

describe.each([
  { product: "MySQL", start: startMysql },
  { product: "MariaDB", start: startMariadb },
] as const)("made-up rows on $product", ({ start }) => {
  let database: TestDatabase;
  let session: Session;
  let server: ScratchServer;
  let snapshot: Snapshot;
  let copies: ReadonlyMap<string, string> = new Map();
  let problems: readonly unknown[] = [];

  beforeAll(async () => {
    database = await start();
    const types = Object.entries(TYPES).map(([name, both]) => [name, ...both.split("|")]);
    await runScript(database.url, [
      `CREATE TABLE every_type (id INT NOT NULL PRIMARY KEY, ${types.map(([name, type]) => `${name} ${type}`).join(", ")},
         doubled INT AS (tiny * 2) STORED, KEY k_doubled (doubled), KEY k_words (words(10)), FULLTEXT KEY f (words))`,
      `INSERT INTO every_type (id, ${types.map(([name]) => name).join(", ")}) SELECT n, ${types.map((one) => one[2]).join(", ")} FROM ${NUMBERS}`,
      "CREATE TABLE pairs (a INT NOT NULL, b INT NOT NULL, c VARCHAR(20), PRIMARY KEY (a, b), UNIQUE KEY (c))",
      `INSERT INTO pairs SELECT n DIV 5, n % 5, IF(n % 4 = 0, NULL, CONCAT('Code-', n)) FROM ${NUMBERS}`,
      "CREATE TABLE `we``ird, (` (`a b` INT NOT NULL PRIMARY KEY, `select` VARCHAR(10), KEY `k``)` (`select`))",
      `INSERT INTO \`we\`\`ird, (\` SELECT n, CONCAT('v', n % 10) FROM ${NUMBERS}`,
      `CREATE TABLE parts (id INT NOT NULL, at DATE NOT NULL, PRIMARY KEY (id, at))
       PARTITION BY RANGE (YEAR(at)) (PARTITION p0 VALUES LESS THAN (2021), PARTITION p1 VALUES LESS THAN (2030))`,
      `INSERT INTO parts SELECT n, DATE_ADD('2020-01-01', INTERVAL n % 1000 DAY) FROM ${NUMBERS}`,
      "CREATE TABLE nothing (id INT NOT NULL PRIMARY KEY, v INT)",
      "ANALYZE TABLE every_type, pairs, `we``ird, (`, parts, nothing",
    ]);
    snapshot = await snapshotOf(database.url);
    session = await unlimited(database.url);
    server = await openServerAt(database.url);
    copies = await createDatabases(server, [snapshot.server.database], snapshot.server.collation);
    const scale = scaleOf([ROWS], { perTable: 2_000, total: 1e6 });
    const { gaps } = await loadTables(server, snapshot, copies, scale, statisticsFinder(snapshot));
    problems = gaps;
  }, 120_000);
  afterAll(async () => {
    if (server) await dropDatabases(server, copies.values());
    await server?.close();
    await session?.close();
    await database?.close();
  });

  const numberOf = async (sql: string): Promise<number> => {
    const [copy] = copies.values();
    const [row] = await session.query(sql.replaceAll("@copy", String(copy)));
    return Number(Object.values(row ?? {})[0]);
  };

  /** Rows of a table by the server's statistics, which are estimates: as many are made at the scale. */
  const rowsOf = (name: string): number =>
    snapshot.catalog.tables.find((table) => table.name === name)?.rows ?? 0;

  test("are there for every type", async () => {
    expect(problems).toEqual([]);
    const all = await numberOf("SELECT COUNT(*) FROM @copy.every_type");
    expect(all / rowsOf("every_type")).toBeGreaterThan(0.49);
    expect(all / rowsOf("every_type")).toBeLessThan(0.51);
    for (const name of Object.keys(TYPES).filter(
      (one) => !["blob_", "json_", "place", "words"].includes(one),
    )) {
      const here = await numberOf(`SELECT COUNT(DISTINCT ${name}) FROM @copy.every_type`);
      const there = await numberOf(`SELECT COUNT(DISTINCT ${name}) FROM every_type`);
      expect(here, name).toBeGreaterThanOrEqual(Math.min(there, all) * 0.45);
      expect(here, name).toBeLessThanOrEqual(there);
    }
  });

  test("are distributed as the real ones", async () => {
    for (const condition of [
      "tiny < 50",
      "exact BETWEEN 100 AND 200",
      "day >= '2009-01-01'",
      "moment < '2020-01-01 00:20:00'",
      "clock > '10:00:00'",
      "letters >= 'xxxxx800'",
      "kind = 'b,c'",
      "flags = 'x,y'",
      "bytes < x'40'",
      "fixed < x'00000400'",
      "doubled > 100",
    ]) {
      const share = async (table: string): Promise<number> =>
        await numberOf(`SELECT SUM(${condition}) / COUNT(*) FROM ${table}`);
      const [here, there] = [await share("@copy.every_type"), await share("every_type")];
      expect(Math.abs(here - there), `${condition}: ${here} for ${there}`).toBeLessThan(0.05);
    }
  });

  test("keep unique keys, NULLs, partitions and names", async () => {
    const pairs = await numberOf("SELECT COUNT(*) FROM @copy.pairs");
    expect(pairs).toBeGreaterThan(rowsOf("pairs") * 0.48);
    const nulls = await numberOf("SELECT SUM(c IS NULL) FROM @copy.pairs");
    expect(nulls / pairs).toBeGreaterThan(0.23);
    expect(nulls / pairs).toBeLessThan(0.27);
    expect(await numberOf("SELECT COUNT(*) FROM @copy.`we``ird, (`")).toBeGreaterThan(
      rowsOf("we`ird, (") * 0.45,
    );
    expect(await numberOf("SELECT COUNT(DISTINCT `select`) FROM @copy.`we``ird, (`")).toBe(10);
    const old = await numberOf("SELECT COUNT(*) FROM @copy.parts PARTITION (p0)");
    expect(old / rowsOf("parts")).toBeGreaterThan(0.15);
    expect(old / rowsOf("parts")).toBeLessThan(0.22);
    expect(await numberOf("SELECT COUNT(*) FROM @copy.nothing")).toBe(0);
  });
});
