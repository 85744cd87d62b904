import { describeRule } from "./testing/describe-rule.ts";

const INDEX = "create index concurrently if not exists orders_code on orders (code)";

describeRule("concurrently-if-not-exists", {
  says: {
    change: { change: [{ up: [INDEX], transaction: "none" }] },
    message:
      "If the build of orders_code on public.orders fails, it leaves an invalid index, which every write keeps up and no query uses; " +
      "IF NOT EXISTS then takes it for the index, and the next attempt succeeds without building one.",
    steps: [
      "alone: DROP INDEX CONCURRENTLY IF EXISTS orders_code;",
      "alone: create index CONCURRENTLY orders_code on orders (code);",
    ],
  },
  silent: {
    "what is left is dropped first": {
      change: [
        { up: ["drop index concurrently if exists orders_code", INDEX], transaction: "none" },
      ],
    },
    "no IF NOT EXISTS": {
      change: [
        { up: ["create index concurrently orders_code on orders (code)"], transaction: "none" },
      ],
    },
    "no CONCURRENTLY: nothing is left of a transaction": [
      "create index if not exists orders_code on orders (code)",
    ],
    "a table that the change creates": {
      change: [
        { up: ["create table items (id int)"] },
        { up: ["create index concurrently if not exists i on items (id)"], transaction: "none" },
      ],
    },
  },
});
