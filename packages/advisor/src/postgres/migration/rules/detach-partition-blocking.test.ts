import { describeRule } from "./testing/describe-rule.ts";

const DETACH = "alter table orders detach partition orders_2020";

describeRule("detach-partition-blocking", {
  says: {
    change: [DETACH],
    message:
      "DETACH PARTITION waits for everybody who uses public.orders, under ACCESS EXCLUSIVE: whoever comes after it waits in line, readers " +
      "of the other partitions too.",
    steps: ["alone: ALTER TABLE orders DETACH PARTITION orders_2020 CONCURRENTLY;"],
  },
  speaks: {
    "PostgreSQL 13, which has no other way": { serverVersion: 130_000, change: [{ up: [DETACH] }] },
  },
  silent: {
    CONCURRENTLY: { change: [{ up: [`${DETACH} concurrently`], transaction: "none" }] },
    "a table that the change creates": [
      "create table events (day int) partition by range (day)",
      "create table events_1 partition of events for values from (1) to (2)",
      "alter table events detach partition events_1",
    ],
  },
});
