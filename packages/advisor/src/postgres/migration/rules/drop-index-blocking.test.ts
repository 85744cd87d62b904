import { describeRule } from "./testing/describe-rule.ts";

const history = ["create index orders_code on orders (code)"];

describeRule("drop-index-blocking", {
  says: {
    change: { history, change: [{ up: ["drop index orders_code"] }] },
    message:
      "DROP INDEX waits for everybody who uses public.orders, under ACCESS EXCLUSIVE: whoever comes after it waits in line, readers too.",
    steps: ["alone: DROP INDEX CONCURRENTLY IF EXISTS orders_code;"],
  },
  speaks: { "an index that is older than the history": ["drop index orders_made"] },
  silent: {
    CONCURRENTLY: {
      history,
      change: [{ up: ["drop index concurrently orders_code"], transaction: "none" }],
    },
    "the index of a table that the change creates": [
      "create table items (id int)",
      "create index items_id on items (id)",
      "drop index items_id",
    ],
    "a partitioned index, for which there is no other way": {
      history: [
        "create table events (id int, day int) partition by range (day)",
        "create index events_id on events (id)",
      ],
      change: [{ up: ["drop index events_id"] }],
    },
  },
});
