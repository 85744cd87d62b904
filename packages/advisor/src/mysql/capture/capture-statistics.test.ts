import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { type Connection, createConnection } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseArrayLiteral } from "../../catalog/array-literal.ts";
import type { ColumnStatistics, Snapshot } from "../../catalog/snapshot.ts";
import type { Session } from "../../engine.ts";
import { connect } from "../connect.ts";
import { capture } from "./capture.ts";

/** Above the limit for tables that are read whole. */
const ROWS = 100_000;

/** Numbers from 0, as many as asked for, from a table with ten digits. */
function numbers(count: number): string {
  const places = String(count - 1).length;
  const digits = Array.from({ length: places }, (_, at) => at);
  return `(select ${digits.map((at) => `d${at}.i * ${10 ** at}`).join(" + ")} as i from ${digits.map((at) => `digits d${at}`).join(", ")}) s where i < ${count}`;
}

const hash = "left(sha2(i, 256), 32)";

const TABLES: readonly string[] = [
  "create table digits (i int primary key)",
  "insert into digits values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)",
  // Half of the keys in the first millionth of their range.
  "create table gapped (id bigint primary key, basket int not null, grp int not null, state varchar(10) not null, maybe int, at datetime not null, note text)",
  `insert into gapped select if(i < ${ROWS / 2}, i, 1000000000000000 + i * 7), i div 3, i % 1000,
    if(i % 100 = 0, 'rare', if(i % 3 = 0, 'open', 'done')), if(i % 4 = 0, null, i % 50), '2024-01-01' + interval i minute, repeat('x', i % 200) from ${numbers(ROWS)}`,
  "create table bytes_key (id binary(16) primary key, v int not null)",
  `insert into bytes_key select unhex(${hash}), i % 500 from ${numbers(ROWS)}`,
  "create table text_key (id varchar(40) primary key, v int not null) collate utf8mb4_general_ci",
  `insert into text_key select concat('ORD-', 2015 + i % 10, '-', lpad(i, 8, '0')), i % 500 from ${numbers(ROWS)}`,
  "create table tenants (tenant int not null, seq int not null, v int not null, primary key (tenant, seq))",
  `insert into tenants select if(i < ${ROWS * 0.9}, 1, 2 + i % 50), i, i % 777 from ${numbers(ROWS)}`,
  "create table coded (code varchar(10) not null, seq decimal(12,2) not null, v int not null, primary key (code, seq))",
  `insert into coded select if(i < ${ROWS * 0.9}, 'große', concat('k', i % 20)), i / 4, i % 777 from ${numbers(ROWS)}`,
  "create table dated (at datetime(6) not null, v int not null, unique key at_first (at desc, v))",
  `insert into dated select '2020-02-28 12:00:00.123456' + interval i minute, i % 333 from ${numbers(ROWS)}`,
  "create table heap (a int, b varchar(20), key a_key (a))",
  `insert into heap select i, concat('b', i % 17) from ${numbers(ROWS)}`,
  "create table floats (id double primary key, a int not null)",
  `insert into floats select i / 8, i % 9 from ${numbers(ROWS)}`,
  "analyze table gapped, bytes_key, text_key, tenants, coded, dated, heap, floats",
];

describe.each([
  { product: "MySQL", start: startMysql },
  { product: "MariaDB", start: startMariadb },
])("statistics from a sample of $product", ({ start }) => {
  let database: TestDatabase;
  let owner: Connection;
  let session: Session;
  let snapshot: Snapshot;
  let rowsRead: number;
  let seconds: number;

  beforeAll(async () => {
    database = await start();
    owner = await createConnection({ uri: database.url });
    for (const statement of TABLES) await owner.query(statement);
    session = await connect(database.url);
    const handlers = async (): Promise<number> => {
      const rows = await session.query("show session status like 'Handler_read%'");
      return rows.reduce((sum, row) => sum + Number(row["Value"]), 0);
    };
    const before = await handlers();
    const started = performance.now();
    snapshot = await capture(session, { values: true, workload: false, node: "db:3306/shop" });
    seconds = (performance.now() - started) / 1000;
    rowsRead = (await handlers()) - before;
  }, 240_000);
  afterAll(async () => {
    await session.close();
    await owner.end();
    await database.close();
  });

  const of = (table: string, column: string): ColumnStatistics => {
    const found = snapshot.statistics.find(
      (one) => one.relation.name === table && one.column === column,
    );
    if (!found) throw new Error(`no statistics of ${table}.${column}`);
    return found;
  };
  /** Distinct values, of a table of as many rows as the server believes. */
  const distinct = (table: string, column: string): number => {
    const rows = snapshot.catalog.tables.find(({ name }) => name === table)?.rows ?? 0;
    const value = of(table, column).distinct;
    return value < 0 ? -value * rows : value;
  };
  const frequencies = (one: ColumnStatistics): Readonly<Record<string, number>> =>
    Object.fromEntries(
      parseArrayLiteral(one.commonValues ?? "{}").map((value, at) => [
        value,
        one.commonFrequencies?.[at] ?? 0,
      ]),
    );

  it("reads as many rows as it says, however many there are", () => {
    // Blocks of six tables with a key, each with a second look at long values, the start of one without, and the catalogs.
    expect(rowsRead).toBeLessThan(6 * 300 * 110 + 2 * 10_000 + 40_000);
    expect(seconds).toBeLessThan(120);
  });

  it("knows values, their shares and NULLs", () => {
    expect(frequencies(of("gapped", "state"))).toEqual({
      done: expect.closeTo(0.66, 1),
      open: expect.closeTo(0.33, 1),
      rare: expect.closeTo(0.01, 2),
    });
    expect(of("gapped", "maybe").nullFraction).toBeCloseTo(0.25, 1);
    expect(of("gapped", "note").averageWidth).toBeGreaterThan(85);
    expect(of("gapped", "note").averageWidth).toBeLessThan(115);
  });

  it("counts distinct values, of neighbours that share one as well", () => {
    expect(distinct("gapped", "grp")).toBe(1000);
    expect(distinct("gapped", "basket")).toBeGreaterThan(ROWS / 3 / 1.6);
    expect(distinct("gapped", "basket")).toBeLessThan((ROWS / 3) * 1.6);
    expect(distinct("gapped", "at")).toBeGreaterThan(ROWS / 1.6);
    expect(distinct("bytes_key", "v")).toBe(500);
    expect(distinct("tenants", "v")).toBe(777);
  });

  it("does not take values for frequent that are not", () => {
    for (const [table, column] of [
      ["gapped", "grp"],
      ["bytes_key", "v"],
      ["tenants", "v"],
    ] as const) {
      expect(parseArrayLiteral(of(table, column).commonValues ?? "{}").length).toBeLessThan(10);
    }
  });

  it("finds rows all over a key with gaps", () => {
    const bounds = parseArrayLiteral(of("gapped", "id").histogram ?? "{}").map(Number);
    const low = bounds.filter((bound) => bound < ROWS).length / bounds.length;
    expect(low).toBeGreaterThan(0.4);
    expect(low).toBeLessThan(0.6);
    const at = parseArrayLiteral(of("gapped", "at").histogram ?? "{}");
    expect(at).toEqual(at.toSorted((a, b) => (a! < b! ? -1 : 1)));
    expect(at[50]).toMatch(/^2024-0[12]/);
    expect(of("gapped", "at").correlation).toBeGreaterThan(0.99);
    expect(Math.abs(of("gapped", "grp").correlation ?? 1)).toBeLessThan(0.2);
  });

  it("knows where the keys end that rows are ordered by", () => {
    const ends = (snapshot.columnEnds ?? []).map(
      ({ table, column, least, greatest }) => `${table.name}.${column} ${least} ${greatest}`,
    );
    expect(new Set(ends)).toEqual(
      new Set([
        `gapped.id 0 ${1_000_000_000_000_000 + (ROWS - 1) * 7}`,
        "tenants.tenant 1 51",
        "dated.at 2020-02-28 12:00:00.123456 2020-05-07 22:39:00.123456",
      ]),
    );
  });

  it("finds rows along keys of bytes, of texts, of several columns, and of times", () => {
    const first = parseArrayLiteral(of("bytes_key", "id").histogram ?? "{}").map((bound) =>
      Number.parseInt(bound!.slice(2, 4), 16),
    );
    expect(first[25]! / 256).toBeCloseTo(0.25, 1);
    expect(first[75]! / 256).toBeCloseTo(0.75, 1);
    const orders = parseArrayLiteral(of("text_key", "id").histogram ?? "{}");
    expect(orders[55]).toMatch(/^ORD-20(19|20|21)-/);
    expect(frequencies(of("tenants", "tenant"))["1"]).toBeCloseTo(0.9, 1);
    expect(frequencies(of("coded", "code"))["große"]).toBeCloseTo(0.9, 1);
    const seq = parseArrayLiteral(of("coded", "seq").histogram ?? "{}").map(Number);
    expect(seq[50]! / (ROWS / 4)).toBeCloseTo(0.5, 1);
    const times = parseArrayLiteral(of("dated", "at").histogram ?? "{}");
    expect(times[50]).toMatch(/^2020-04-0/);
  });

  it("reads the first rows only of what has no key to find others by, and says so", () => {
    expect(distinct("heap", "b")).toBe(17);
    const limited = snapshot.gaps.filter(({ reason }) =>
      /only its first ones were read/.test(reason),
    );
    expect(new Set(limited.map(({ object }) => object.split(".").at(-1)))).toEqual(
      new Set(["floats", "heap"]),
    );
  });
});
