import { expect, test } from "vitest";
import { describeRule, toldBy } from "../../postgres/migration/rules/testing/describe-rule.ts";

const ADD = "alter table orders add column rank int";

describeRule("missing-lock-timeout", {
  says: {
    change: [ADD],
    message:
      "ACCESS EXCLUSIVE on public.orders is waited for without a limit: behind one long query or open transaction, everybody who wants " +
      "to read or write the table waits in line too.",
    steps: [],
  },
  speaks: {
    "a limit of 0, which is none": ["set lock_timeout = 0", ADD],
    "a limit of another transaction": {
      change: [{ up: ["set local lock_timeout = '5s'"] }, { up: [ADD] }],
    },
    "only a statement_timeout": ["set local statement_timeout = '5s'", ADD],
    "a limit that comes too late": [ADD, "set local lock_timeout = '5s'"],
    "a key to a table in use": ["create table items (order_id int references orders)"],
  },
  silent: {
    // https://github.com/sbdchd/squawk/issues/678
    "the tool or its role sets one": { lockTimeoutMs: 2000, change: [{ up: [ADD] }] },
    "the file sets one": ["set lock_timeout = '5s'", ADD],
    "the file sets one, in milliseconds, for the transaction": [
      "set local lock_timeout to 2000",
      ADD,
    ],
    // https://github.com/sbdchd/squawk/issues/673
    "CREATE TABLE": ["create table items (id int primary key)", "create index on items (id)"],
    // https://github.com/sbdchd/squawk/issues/739 and https://github.com/sbdchd/squawk/issues/1191
    "a temporary table": [
      "create temporary table staged (id int)",
      "alter table staged add column n int",
      "drop table staged",
    ],
    "CONCURRENTLY, where giving up leaves an invalid index": {
      change: [{ up: ["create index concurrently on orders (code)"], transaction: "none" }],
    },
    "VALIDATE, which lets others read and write": {
      history: ["alter table orders add constraint noted check (note is not null) not valid"],
      change: [{ up: ["alter table orders validate constraint noted"] }],
    },
    "rows only": [
      "insert into orders (id, filled) values (1, 'x')",
      "update orders set note = 'x' where id = 1",
    ],
  },
});

test("is said once of a migration, at its first such statement", async () => {
  const change = [
    { up: ["comment on table orders is 'x'", ADD, "alter table customers add column n int"] },
    { up: ["alter table customers add column m int"] },
  ];
  const told = await toldBy("missing-lock-timeout", { change });
  expect(told.map(({ statement }) => statement.statement.place)).toMatchObject([
    { file: "2.sql", line: 2 },
    { file: "3.sql", line: 1 },
  ]);
});
