import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { IndexKey } from "../catalog/catalog.ts";
import { statisticsFinder } from "../catalog/find-statistics.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import { capture } from "./capture/capture.ts";
import { connect } from "./connect.ts";
import { estimateIndexBytes } from "./index-size.ts";
import { runScript, unlimited } from "./testing/run-script.ts";

const ROWS = 200_000;

const TABLE = [
  "create table ten (n int not null)",
  "insert into ten values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)",
  `create table numbers (n int primary key) select a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n + 100000 * f.n n
    from ten a, ten b, ten c, ten d, ten e, ten f where f.n < ${ROWS / 100_000}`,
  `create table things (
    id bigint primary key, small smallint not null, number int, amount decimal(12, 2) not null, at datetime(6) not null, day date,
    email varchar(200) not null, code char(8) character set latin1, country char(2), name varchar(40), story text, token binary(16),
    mood enum('good', 'bad') not null)`,
  `insert into things select n, n % 300, if(n % 3 = 0, null, n * 7 % 100000), n * 13 % 99991, '2020-01-01' + interval n * 17 % 500000 second,
    if(n % 2 = 0, null, '2020-01-01' + interval n % 900 day), concat('user', n * 7919 % 200003, '@example', n % 10, '.com'), lpad(hex(n * 40503 % 65536), 8, 'c'),
    elt(1 + n % 3, 'DE', 'FR', 'US'), if(n % 5 = 0, null, repeat('é', 1 + n % 20)), repeat(lpad(hex(n * 40503 % 65536), 32, 'story '), 1 + n % 5), unhex(lpad(hex(n * 2654435761 % 4294967296), 32, '7')), 1 + n % 2 from numbers`,
  `create table pairs (a int not null, b varchar(20) not null, c int not null, primary key (a, b))`,
  `insert into pairs select n div 4, concat('part', n % 4), n * 31 % 977 from numbers`,
  "create table keyless (a int not null, b int not null)",
  "insert into keyless select n, n * 31 % 977 from numbers",
  "analyze table things, pairs, keyless",
];

/** `name`, `name(10)`, `name desc`. */
function key(text: string): IndexKey {
  const [, column = "", prefix, desc] = /^(\w+)(?:\((\d+)\))?( desc)?$/.exec(text) ?? [];
  return {
    column,
    expression: `\`${column}\``,
    direction: desc === undefined ? "asc" : "desc",
    nulls: desc === undefined ? "first" : "last",
    operatorClass: null,
    collation: null,
    ...(prefix !== undefined && { prefix: Number(prefix) }),
  };
}

const INDEXES: readonly (readonly [string, readonly string[]])[] = [
  ["things", ["small"]],
  ["things", ["number"]],
  ["things", ["amount", "at"]],
  ["things", ["day", "number"]],
  ["things", ["email"]],
  ["things", ["email(6)"]],
  ["things", ["code", "country"]],
  ["things", ["name desc"]],
  ["things", ["story(50)"]],
  ["things", ["token"]],
  ["things", ["mood", "id"]],
  ["things", ["small", "number", "amount", "at", "email"]],
  ["pairs", ["c"]],
  ["pairs", ["c", "a"]],
  ["keyless", ["b"]],
];

describe.each([
  { product: "MySQL", start: startMysql },
  { product: "MariaDB", start: startMariadb },
] as const)("sizes of new indexes on $product", ({ start }) => {
  let database: TestDatabase;
  let snapshot: Snapshot;
  let real: ReadonlyMap<string, number>;

  beforeAll(async () => {
    database = await start();
    await runScript(database.url, TABLE);
    const session = await connect(database.url);
    snapshot = await capture(session, { values: true, workload: false, node: "test" });
    await session.close();
    const names = INDEXES.map(
      ([table, keys], at) => `create index dbadvise_${at} on ${table} (${keys.join(", ")})`,
    );
    await runScript(database.url, [...names, "analyze table things, pairs, keyless"]);
    const writer = await unlimited(database.url);
    const sizes = await writer.query(
      "select index_name as name, stat_value * @@innodb_page_size as bytes from mysql.innodb_index_stats where database_name = database() and stat_name = 'size'",
    );
    await writer.close();
    real = new Map(sizes.map(({ name, bytes }) => [String(name), Number(bytes)]));
  }, 120_000);

  afterAll(() => database.close());

  test.each(INDEXES.map(([table, keys], at) => ({ table, keys, at })))(
    "$table ($keys)",
    ({ table, keys, at }) => {
      const found = snapshot.catalog.tables.find(({ name }) => name === table)!;
      const bytes = estimateIndexBytes(
        { method: "btree", keys: keys.map(key) },
        found,
        statisticsFinder(snapshot),
      );
      const built = real.get(`dbadvise_${at}`) ?? 0;
      expect(built).toBeGreaterThan(1_000_000);
      expect(bytes / built).toBeGreaterThan(0.85);
      expect(bytes / built).toBeLessThan(1.15);
    },
  );
});
