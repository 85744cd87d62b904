import { describeRule } from "./testing/describe-rule.ts";

const history = ["create table stays (room int, during daterange)"];

describeRule("add-exclusion-constraint", {
  says: {
    change: {
      history,
      change: [{ up: ["alter table stays add exclude using gist (during with &&)"] }],
    },
    message:
      "The index of the exclusion constraint is built under ACCESS EXCLUSIVE: nobody reads or writes public.stays until it is done.",
    // PostgreSQL has none.
    steps: [],
  },
  silent: {
    "CREATE TABLE": ["create table stays (during daterange, exclude using gist (during with &&))"],
    "a table that the change creates": [
      ...history,
      "alter table stays add exclude using gist (during with &&)",
    ],
  },
});
