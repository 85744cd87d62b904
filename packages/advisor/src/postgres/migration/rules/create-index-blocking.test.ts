import { describeRule } from "./testing/describe-rule.ts";

describeRule("create-index-blocking", {
  says: {
    change: ["/* an index */ create unique index orders_code on orders (code)"],
    message: "The index is built under SHARE: nobody writes public.orders until it is done.",
    steps: ["alone: /* an index */ create unique INDEX CONCURRENTLY orders_code on orders (code);"],
  },
  speaks: {
    // https://github.com/sbdchd/squawk/issues/364
    "a table that the history made, and not the change": {
      history: ["create table items (id int)"],
      change: [{ up: ["create index on items (id)"] }],
    },
    "IF NOT EXISTS of an index that nobody knows": [
      "create index if not exists orders_code on orders (code)",
    ],
  },
  silent: {
    CONCURRENTLY: {
      change: [{ up: ["create index concurrently on orders (code)"], transaction: "none" }],
    },
    "a table that the same migration creates": [
      "create table items (id int)",
      "create index on items (id)",
    ],
    "a table that another migration of the change creates": {
      change: [{ up: ["create table items (id int)"] }, { up: ["create index on items (id)"] }],
    },
    "a temporary table": ["create temporary table items (id int)", "create index on items (id)"],
    "a table that the change creates and renames": [
      "create table items (id int)",
      "alter table items rename to things",
      "create index on things (id)",
    ],
  },
});
