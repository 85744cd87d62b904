import { describeRule } from "./testing/describe-rule.ts";

const INDEX = "create index concurrently orders_code on orders (code)";

describeRule("concurrently-in-transaction", {
  says: {
    change: [INDEX],
    message:
      "The tool runs this in a transaction, where PostgreSQL refuses CONCURRENTLY: the migration fails on public.orders.",
    steps: [`alone: ${INDEX};`],
  },
  speaks: {
    "a transaction of all pending migrations": { change: [{ up: [INDEX], transaction: "run" }] },
    "BEGIN in the file": { change: [{ up: ["begin", INDEX, "commit"], transaction: "none" }] },
    "DROP INDEX": ["drop index concurrently orders_code"],
    REINDEX: ["reindex table concurrently orders"],
    "DETACH PARTITION": ["alter table orders detach partition orders_1 concurrently"],
    "the way back": {
      change: [{ up: ["select 1"], down: ["drop index concurrently orders_code"] }],
    },
  },
  silent: {
    "no transaction": { change: [{ up: [INDEX], transaction: "none" }] },
    "after COMMIT in the file": {
      change: [{ up: ["begin", "select 1", "commit", INDEX], transaction: "none" }],
    },
    "a materialized view's refresh, which may": ["refresh materialized view concurrently totals"],
    "no CONCURRENTLY": ["create index orders_code on orders (code)"],
  },
});
