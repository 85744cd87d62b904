import { describeRule } from "../../postgres/migration/rules/testing/describe-rule.ts";

describeRule("truncate-table", {
  says: {
    change: ["truncate orders"],
    message:
      "All rows of public.orders are removed: only a backup brings them back, and readers wait until the transaction is done.",
    steps: [],
  },
  silent: {
    "a table that the change creates": ["create table items (n int)", "truncate items"],
    "a temporary table": ["create temp table items (n int)", "truncate items"],
    "the way back": { change: [{ up: ["select 1"], down: ["truncate orders"] }] },
  },
});
