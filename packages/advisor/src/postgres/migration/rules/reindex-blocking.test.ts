import { describeRule } from "./testing/describe-rule.ts";

describeRule("reindex-blocking", {
  says: {
    change: ["reindex index orders_pkey"],
    message:
      "REINDEX builds public.orders_pkey anew under SHARE on the table and ACCESS EXCLUSIVE on the index: nobody writes the table until " +
      "it is done, and queries that the planner looks at the index for wait as well.",
    steps: ["alone: REINDEX INDEX CONCURRENTLY orders_pkey;"],
  },
  speaks: {
    "a table": ["reindex table orders"],
    "a schema": { change: [{ up: ["reindex schema public"], transaction: "none" }] },
  },
  silent: {
    CONCURRENTLY: { change: [{ up: ["reindex table concurrently orders"], transaction: "none" }] },
    "CONCURRENTLY among the options": {
      change: [{ up: ["reindex (concurrently, verbose) table orders"], transaction: "none" }],
    },
    "a table that the change creates": ["create table items (id int)", "reindex table items"],
  },
});
