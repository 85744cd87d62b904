import { startMariadb, startMysql } from "@dbadvise/testkit";
import { describe, expect, onTestFinished, test } from "vitest";
import { checkStatements, toldBy } from "./testing/check-statements.ts";

test.each([
  ["drop table orders", ["drop-table"]],
  ["alter table orders drop column note", ["drop-column"]],
  ["rename table orders to purchases", ["rename-table"]],
  ["alter table orders rename to purchases", ["rename-table"]],
  ["alter table orders rename column note to remark", ["rename-column"]],
  ["alter table orders change note remark text", ["rename-column"]],
  ["truncate orders", ["truncate-table"]],
  ["update orders set n = 0", ["update-all-rows"]],
  ["delete from orders", ["update-all-rows"]],
  ["update orders set n = 0 limit 1000", []],
  ["alter table orders add column x int not null", []],
])("rules that hold for every database: %s", async (sql, codes) => {
  const { findings } = await checkStatements({ change: [sql] });
  expect(findings.map(({ code }) => code)).toEqual(codes);
});

test("a table changes places with another one", async () => {
  const { findings } = await checkStatements({
    change: [
      "create table orders_new like orders",
      "rename table orders to orders_old, orders_new to orders",
    ],
  });
  expect(findings).toEqual([]);
});

describe("missing-lock-timeout", () => {
  const told = (...change: readonly string[]) =>
    toldBy("missing-lock-timeout", { change, lockTimeoutMs: null });

  test("says who waits, and how long is enough", async () => {
    const [finding] = await told("alter table orders add column x int");
    expect(finding?.message).toBe(
      "EXCLUSIVE metadata lock on orders is waited for without a limit: behind one long query or open transaction, everybody who " +
        "wants to read or write the table waits in line too.",
    );
    expect(finding?.advice).toContain("SET SESSION lock_wait_timeout = 5");
  });

  test.each([
    "create index orders_n on orders (n)",
    "drop index orders_code on orders",
    "drop table orders",
    "create trigger t before insert on orders for each row set @a = 1",
    "alter table orders rename index orders_code to orders_by_code",
    "alter table orders comment 'x'",
  ])("speaks: %s", async (sql) => {
    expect(await told(sql)).toHaveLength(1);
  });

  test.each([
    ["the session's limit", ["set lock_wait_timeout = 5", "alter table orders add column x int"]],
    ["@@", ["set @@session.lock_wait_timeout = 5", "alter table orders add column x int"]],
    ["a limit of the statement", ["alter table orders wait 5 add column x int"]],
    ["no waiting at all", ["alter table orders nowait add column x int"]],
    [
      "SET STATEMENT",
      ["set statement lock_wait_timeout = 5 for alter table orders add column x int"],
    ],
    ["a new table", ["create table t (id int)", "create index t_id on t (id)"]],
    ["rows", ["insert into customers values (1, 'x')"]],
  ])("is silent: %s", async (_, change) => {
    expect(await told(...change)).toEqual([]);
  });

  test("a table that is not there is not waited for", async () => {
    const { url, close } = await startMysql();
    onTestFinished(close);
    const change = ["drop table if exists nobody"];
    expect(
      await toldBy("missing-lock-timeout", { change, lockTimeoutMs: null, trial: url }),
    ).toEqual([]);
  });

  test.each([
    ["MySQL", startMysql, 1],
    ["MariaDB", startMariadb, 0],
  ] as const)("the table that a key of a new one refers to: %s", async (_, start, count) => {
    const { url, close } = await start();
    onTestFinished(close);
    const change = ["create table t (c int, foreign key (c) references customers (id))"];
    expect(
      await toldBy("missing-lock-timeout", { change, lockTimeoutMs: null, trial: url }),
    ).toHaveLength(count);
  });
});

test("SET STATEMENT: what it is for is read too", async () => {
  const change = ["set statement lock_wait_timeout = 5 for alter table orders modify n bigint"];
  const { url, close } = await startMariadb();
  onTestFinished(close);
  for (const trial of ["none", url])
    expect(await toldBy("table-copied", { change, trial, serverVersion: 101_100 })).toHaveLength(1);
});
