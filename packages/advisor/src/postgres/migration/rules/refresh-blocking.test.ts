import { describeRule } from "./testing/describe-rule.ts";

describeRule("refresh-blocking", {
  says: {
    change: ["refresh materialized view totals"],
    message:
      "public.totals is filled anew under ACCESS EXCLUSIVE: nobody reads it until its query is done.",
    steps: ["REFRESH MATERIALIZED VIEW CONCURRENTLY totals;"],
  },
  silent: {
    CONCURRENTLY: ["refresh materialized view concurrently totals"],
    "CREATE MATERIALIZED VIEW": ["create materialized view totals as select 1 as n"],
  },
});
