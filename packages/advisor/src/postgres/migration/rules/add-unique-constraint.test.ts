import { describeRule } from "./testing/describe-rule.ts";

describeRule("add-unique-constraint", {
  says: {
    change: ["alter table orders add unique (customer_id, code), add column rank int"],
    message:
      "The index of UNIQUE is built under ACCESS EXCLUSIVE: nobody reads or writes public.orders until it is done.",
    steps: [
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ADD COLUMN rank int;",
      "alone: CREATE UNIQUE INDEX CONCURRENTLY orders_customer_id_code_key ON orders (customer_id, code);",
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ADD CONSTRAINT orders_customer_id_code_key UNIQUE USING INDEX orders_customer_id_code_key;",
    ],
  },
  speaks: {
    "at a new column": ["alter table orders add column slug text unique"],
    "a primary key": {
      history: ["create table items (n int)"],
      change: [{ up: ["alter table items add primary key (n)"] }],
    },
    "a primary key that adopts an index of a column that may be NULL": {
      history: ["create table items (n int)", "create unique index items_n on items (n)"],
      change: [{ up: ["alter table items add primary key using index items_n"] }],
    },
  },
  silent: {
    "USING INDEX": {
      history: ["create unique index orders_code on orders (code)"],
      change: [
        { up: ["alter table orders add constraint one_code unique using index orders_code"] },
      ],
    },
    "a primary key that adopts an index of a NOT NULL column": {
      history: ["create table items (n int not null)", "create unique index items_n on items (n)"],
      change: [{ up: ["alter table items add primary key using index items_n"] }],
    },
    "a table that the change creates": [
      "create table items (n int)",
      "alter table items add unique (n)",
    ],
  },
});
