import { expect, test } from "vitest";
import type { Table } from "../../catalog/catalog.ts";
import { comparedValues, withValues } from "./compared-values.ts";

function table(name: string, columns: readonly string[]): Table {
  return {
    schema: "shop",
    name,
    kind: "table",
    columns: columns.map((column) => ({
      name: column,
      type: "int",
      notNull: true,
      collation: null,
      generated: null,
      length: 4,
      alignment: 1,
    })),
    indexes: [],
    foreignKeys: [],
    checks: [],
    partitionKey: null,
    partitionOf: null,
    inherits: [],
    replicaIdentity: "default",
    rows: 10,
    pages: 1,
    allVisiblePages: 1,
    currentPages: 1,
  };
}

const TABLES = [table("orders", ["id", "state", "total"]), table("items", ["id", "order_id"])];

function uses(sql: string): readonly string[] {
  return comparedValues(sql, TABLES).map(({ plain, use }) =>
    "columns" in use
      ? `${use.kind} ${use.columns.map((one) => `${one.table.name}.${one.column}`).join("|")} ${plain}`
      : `${use.kind} ${plain}`,
  );
}

test.each([
  [
    "SELECT * FROM orders WHERE state = 'a''b' AND total > -3",
    ["equal orders.state a'b", "above orders.total -3"],
  ],
  ["SELECT * FROM orders o JOIN items i ON i.order_id = o.id WHERE i.id = 5", ["equal items.id 5"]],
  ["SELECT * FROM orders, items WHERE id = 5", ["equal orders.id|items.id 5"]],
  [
    "SELECT * FROM orders WHERE `state` NOT IN (1, ?, 'x')",
    ["equal orders.state 1", "equal orders.state ?", "equal orders.state x"],
  ],
  [
    "SELECT * FROM orders WHERE total BETWEEN 1 AND 2 AND state LIKE 'x%'",
    ["between-low orders.total 1", "between-high orders.total 2", "like orders.state x%"],
  ],
  ["SELECT * FROM orders WHERE (5 < total)", ["above orders.total 5"]],
  ["SELECT * FROM orders WHERE total = 1 + id", ["other 1"]],
  ["SELECT total - 1 FROM orders LIMIT 5, 10", ["other 1", "offset 5", "limit 10"]],
  ["SELECT * FROM orders LIMIT ? OFFSET $2", ["limit ?", "offset $2"]],
  ["UPDATE orders SET total = 7 WHERE state = 1", ["other 7", "equal orders.state 1"]],
  [
    "INSERT INTO orders SELECT * FROM orders WHERE state = 1 ON DUPLICATE KEY UPDATE state = 2",
    ["equal orders.state 1", "other 2"],
  ],
])("%s", (sql, expected) => {
  expect(uses(sql)).toEqual(expected);
});

test("writes other values in their place", () => {
  const sql = "SELECT * FROM orders WHERE state = 'a' AND total > -3 LIMIT 10 /* 10 */";
  const values = comparedValues(sql, TABLES);
  expect(withValues(sql, values, () => null)).toBe(sql);
  expect(withValues(sql, values, ({ use }) => (use.kind === "limit" ? "2" : "?"))).toBe(
    "SELECT * FROM orders WHERE state = ? AND total > ? LIMIT 2 /* 10 */",
  );
});
