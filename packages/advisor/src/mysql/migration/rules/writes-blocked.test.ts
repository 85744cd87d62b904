import { startMysql } from "@dbadvise/testkit";
import { expect, onTestFinished, test } from "vitest";
import { toldBy } from "./testing/check-statements.ts";

const told = (...change: readonly string[]) => toldBy("writes-blocked", { change });

test("says what happens to whom, inferred and measured", async () => {
  const { url, close } = await startMysql();
  onTestFinished(close);
  const change = ["create fulltext index orders_note on orders (note)"];
  for (const [trial, basis] of [
    ["none", "inferred"],
    [url, "measured"],
  ] as const) {
    const [finding] = await toldBy("writes-blocked", { change, trial });
    expect(finding).toMatchObject({
      severity: "error",
      basis,
      object: { type: "table", schema: "", table: "orders" },
      message:
        "orders is changed in place, but under LOCK=SHARED: nobody writes it until that is done.",
    });
  }
});

test("a lock that the statement asks for", async () => {
  const [finding] = await told("alter table orders add key orders_n (n), lock=exclusive");
  expect(finding?.message).toContain("nobody reads or writes it");
  expect(finding?.advice).toContain("Leave LOCK out");
});

test.each([
  ["an index", ["create index orders_n on orders (n)"]],
  ["LOCK=NONE", ["alter table orders add key orders_n (n), lock=none"]],
  ["a copy, which is another finding", ["alter table orders modify n bigint"]],
  [
    "a table that the change creates",
    ["create table t (s text)", "create fulltext index t_s on t (s)"],
  ],
])("is silent: %s", async (_, change) => {
  expect(await told(...change)).toEqual([]);
});
