import { startMariadb, startMysql, type TestDatabase } from "@dbadvise/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { checkStatements, toldBy } from "./testing/check-statements.ts";

const told = (...change: readonly string[]) => toldBy("table-copied", { change });

test("says what happens to whom", async () => {
  const [finding, ...more] = await told("alter table orders modify n bigint");
  expect(more).toEqual([]);
  expect(finding).toMatchObject({
    severity: "error",
    basis: "inferred",
    object: { type: "table", schema: "", table: "orders" },
    message:
      "All rows of orders are copied into a new table (ALGORITHM=COPY): nobody writes it until that is done.",
    alternative: [],
  });
  expect(finding?.advice).toContain("gh-ost");
});

test.each([
  "alter table orders add foreign key (customer_id) references customers (id)",
  "alter table orders modify status enum('paid', 'new') not null",
  "alter table orders convert to character set latin1",
  "alter table orders add column x int, algorithm=copy",
  "alter table payments modify paid bigint",
])("speaks: %s", async (sql) => {
  expect(await told(sql)).toHaveLength(1);
});

test.each([
  ["a table that the change creates", ["create table t (n int)", "alter table t modify n bigint"]],
  ["a temporary table", ["create temporary table t (n int)", "alter table t modify n bigint"]],
  ["a definition only", ["alter table orders modify code varchar(60) not null default ''"]],
  [
    "ALGORITHM=INPLACE, which the server refuses",
    ["alter table orders modify n bigint, algorithm=inplace"],
  ],
  ["rows", ["update orders set n = 1 where id = 1"]],
])("is silent: %s", async (_, change) => {
  expect(await told(...change)).toEqual([]);
});

/** Changes that copy, and what the finding says to do instead. */
const CHEAPER = [
  [
    "alter table orders modify status enum('new', 'open', 'paid') not null default 'new'",
    [
      "alter table orders ALGORITHM=INSTANT, modify status enum('new', 'paid', 'open') not null default 'new';",
    ],
  ],
  [
    "alter table orders add constraint orders_fk foreign key (customer_id) references customers (id)",
    [
      "SET SESSION foreign_key_checks = 0;",
      "alter table orders ALGORITHM=INPLACE, LOCK=NONE, add constraint orders_fk foreign key (customer_id) references customers (id);",
      "SET SESSION foreign_key_checks = 1;",
    ],
  ],
  [
    "alter table orders add column token char(36) default (uuid())",
    [
      "ALTER TABLE `orders` ADD COLUMN `token` char(36) NULL, ALGORITHM=INSTANT;",
      "ALTER TABLE `orders` ALTER COLUMN `token` SET DEFAULT (uuid()), ALGORITHM=INSTANT;",
    ],
  ],
] as const;

describe.each([
  ["MariaDB", startMariadb],
  ["MySQL", startMysql],
] as const)("%s", (_, start) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await start();
  });
  afterAll(() => database?.close());

  test.each(CHEAPER)(
    "the cheaper form copies nothing, and says nothing: %s",
    async (sql, steps) => {
      const [finding] = await told(sql);
      expect(finding?.alternative.map(({ content }) => content).join("")).toBe(
        steps.map((step) => `${step}\n`).join(""),
      );
      const { findings, problems, coverage } = await checkStatements({
        change: steps.map((step) => step.replace(/;$/, "")),
        trial: database.url,
      });
      expect(problems).toEqual([]);
      expect(findings).toEqual([]);
      expect(coverage.measured).toBe(steps.length);
      expect(await told(...steps.map((step) => step.replace(/;$/, "")))).toEqual([]);
    },
  );

  test("is measured on a trial, under its lock", async () => {
    const trial = database.url;
    const change = ["alter table orders modify n bigint"];
    const [finding] = await toldBy("table-copied", { change, trial });
    expect(finding?.basis).toBe("measured");
    expect(finding?.evidence.map(({ detail }) => detail)).toEqual([
      "LOCK=SHARED on orders: blocks writes",
      "orders is written anew",
      "the server takes ALGORITHM=COPY",
    ]);
  });
});

test.each([
  ["alter table orders add column d decimal(12, 2) as (total * 2) stored", "VIRTUAL"],
  ["alter table orders modify code varchar(64) not null", "Up to 63 characters"],
  ["alter table orders drop primary key", "in one statement"],
  ["alter table orders add column x int, algorithm=copy", "Leave ALGORITHM=COPY out"],
])("advises: %s", async (sql, words) => {
  const [finding] = await told(sql);
  expect(finding?.advice).toContain(words);
});
