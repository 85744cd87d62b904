import { expect, test } from "vitest";
import { NO_VALUES } from "../catalog/no-values.ts";
import type { ColumnStatistics } from "../catalog/snapshot.ts";
import { parse } from "../postgres/parse.ts";
import { shopCatalog } from "../postgres/testing/shop-catalog.ts";
import { commonValues } from "./common-values.ts";

function statistics(common: string, frequencies: readonly number[]): ColumnStatistics {
  return {
    relation: { schema: "public", name: "orders" },
    column: "customer_id",
    inherited: false,
    nullFraction: 0,
    averageWidth: 4,
    distinct: 100,
    correlation: null,
    ...NO_VALUES,
    commonValues: common,
    commonFrequencies: frequencies,
  };
}

test.each([
  ["select id from orders where customer_id = 7", 0.3],
  ["select id from orders where customer_id = '7'", 0.3],
  ["select id from orders where customer_id in (8, 9)", 0.1],
  ["select id from orders where customer_id = 70", 0],
  ["select id from orders where customer_id > 7", 0],
])("%s", async (sql, share) => {
  const parsed = await parse(sql);
  if (parsed.kind !== "query") throw new Error("no query");
  const find = commonValues(parsed.describe(shopCatalog), (_table, column) =>
    column === "customer_id" ? statistics("{7,8}", [0.3, 0.1]) : undefined,
  );
  expect(find(sql)).toBe(share);
});
