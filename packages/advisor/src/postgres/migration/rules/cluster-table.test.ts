import { describeRule } from "./testing/describe-rule.ts";

describeRule("cluster-table", {
  says: {
    change: ["cluster orders using orders_pkey"],
    message:
      "CLUSTER writes all of public.orders anew, with its indexes, under ACCESS EXCLUSIVE: nobody reads or writes it until it is done.",
    steps: [],
  },
  speaks: { "every table": { change: [{ up: ["cluster"], transaction: "none" }] } },
  silent: {
    "only noted for later": ["alter table orders cluster on orders_pkey"],
    "a table that the change creates": [
      "create table items (n int primary key)",
      "cluster items using items_pkey",
    ],
  },
});
