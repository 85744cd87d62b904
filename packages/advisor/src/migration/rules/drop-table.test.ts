import { describeRule } from "../../postgres/migration/rules/testing/describe-rule.ts";

describeRule("drop-table", {
  says: {
    change: ["drop table orders cascade"],
    message:
      "public.orders is dropped with its rows and all that refers to it: code that is still running fails with its next query, and only " +
      "a backup brings the rows back.",
    steps: [],
  },
  speaks: { "a table that is older than the history": ["drop table if exists payments"] },
  silent: {
    "a table that the change creates": ["create table items (n int)", "drop table items"],
    "a temporary table": ["create temporary table items (n int)", "drop table items"],
    "the way back": { change: [{ up: ["select 1"], down: ["drop table orders"] }] },
    "a view": ["drop view recent_orders"],
  },
});
