import { expect, test } from "vitest";
import type { Column, IndexKey, Table } from "../catalog/catalog.ts";
import { NO_VALUES } from "../catalog/no-values.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import { mysqlIndexWrites } from "./index-writes.ts";

function column(name: string, type: string): Column {
  return {
    name,
    type,
    notNull: true,
    collation: null,
    generated: null,
    length: 8,
    alignment: 1,
  };
}

function key(name: string): IndexKey {
  return {
    column: name,
    expression: `\`${name}\``,
    direction: "asc",
    nulls: "first",
    operatorClass: null,
    collation: null,
  };
}

const TABLE: Table = {
  schema: "shop",
  name: "orders",
  kind: "table",
  columns: [column("id", "bigint"), column("customer", "bigint"), column("at", "datetime")],
  indexes: [],
  foreignKeys: [],
  checks: [],
  partitionKey: null,
  partitionOf: null,
  inherits: [],
  replicaIdentity: "default",
  rows: 10_000_000,
  pages: 100_000,
  allVisiblePages: 100_000,
  currentPages: 100_000,
};

const MB = 2 ** 20;

function statistics(name: string, correlation: number): Snapshot["statistics"][number] {
  return {
    relation: { schema: "shop", name: "orders" },
    column: name,
    inherited: false,
    nullFraction: 0,
    averageWidth: 8,
    distinct: -0.1,
    correlation,
    ...NO_VALUES,
  };
}

function snapshotOf(
  server: Partial<Snapshot["server"]>,
  settings: Snapshot["settings"] = {},
): Snapshot {
  return {
    format: "dbadvise-snapshot",
    version: 1,
    capturedAt: "2026-01-01T00:00:00Z",
    server: { engine: "MySQL", version: "", versionNumber: 90_704, database: "shop", ...server },
    values: true,
    settings: { innodb_buffer_pool_size: String(128 * MB), ...settings },
    prelude: [],
    catalog: { tables: [TABLE], views: [], searchPath: ["shop"] },
    statistics: [statistics("customer", 0.02), statistics("at", 0.99)],
    extendedStatistics: [],
    nodes: [],
    workload: null,
    gaps: [],
  };
}

const MARIADB = { product: "MariaDB", versionNumber: 101_114 };
const entry = (snapshot: Snapshot, name: string, bytes: number, method = "btree"): number =>
  mysqlIndexWrites(snapshot).entryCost({
    table: TABLE,
    method,
    keys: [key(name)],
    include: [],
    predicate: null,
    bytes,
  });

test.each([
  { product: "MySQL", server: {} },
  { product: "MariaDB", server: MARIADB },
])(
  "$product: entries in the table's order cost less than those all over the index",
  ({ server }) => {
    const snapshot = snapshotOf(server);
    expect(entry(snapshot, "at", 200 * MB)).toBeLessThan(entry(snapshot, "customer", 200 * MB));
    expect(entry(snapshot, "at", 200 * MB)).toBeGreaterThan(0);
  },
);

test("MySQL: an index that does not fit the buffer pool costs more to write", () => {
  const snapshot = snapshotOf({});
  expect(entry(snapshot, "customer", 500 * MB)).toBeGreaterThan(
    entry(snapshot, "customer", 10 * MB),
  );
});

test("changes of an index that is not unique wait, where the server buffers them", () => {
  const large = 500 * MB;
  const buffered = entry(snapshotOf({ versionNumber: 80_036 }), "customer", large);
  expect(buffered).toBeLessThan(entry(snapshotOf({}), "customer", large));
  const off = snapshotOf({ versionNumber: 80_036 }, { innodb_change_buffering: "none" });
  expect(entry(off, "customer", large)).toBeGreaterThan(buffered);
  const unique: Table = {
    ...TABLE,
    indexes: [
      {
        name: "customer",
        definition: "",
        method: "btree",
        keys: [key("customer")],
        include: [],
        predicate: null,
        unique: true,
        nullsNotDistinct: false,
        primary: false,
        constraint: null,
        valid: true,
        building: false,
        clustered: false,
        replicaIdentity: false,
        parent: null,
        expressionStatistics: false,
        pages: 1,
        rows: 1,
      },
    ],
  };
  const writes = mysqlIndexWrites(snapshotOf({ versionNumber: 80_036 }));
  const written = { method: "btree", keys: [key("customer")], include: [], predicate: null };
  expect(writes.entryCost({ ...written, table: unique, bytes: large })).toBeGreaterThan(buffered);
  expect(writes.blocksInPlaceUpdates({ ...written, table: unique, bytes: large })).toBe(false);
});

test("a fulltext index has an entry for each word", () => {
  const snapshot = snapshotOf({});
  expect(entry(snapshot, "name", MB, "fulltext")).toBeGreaterThan(entry(snapshot, "name", MB) * 5);
});
