import { describeRule } from "./testing/describe-rule.ts";

describeRule("add-check-validated", {
  says: {
    change: ["alter table orders add check (total > 0)"],
    message:
      "The constraint is checked for every row of public.orders under ACCESS EXCLUSIVE: nobody reads or writes the table until it is done.",
    steps: [
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ADD CONSTRAINT orders_total_check CHECK (total > 0) NOT VALID;",
      "ALTER TABLE orders VALIDATE CONSTRAINT orders_total_check;",
    ],
  },
  speaks: {
    "at a new column": ["alter table orders add column rank int check (rank > 0)"],
    "a named NOT NULL": {
      serverVersion: 180_000,
      change: [{ up: ["alter table orders add constraint noted not null note"] }],
    },
  },
  silent: {
    "NOT VALID": ["alter table orders add constraint positive check (total > 0) not valid"],
    "a table that the change creates": [
      "create table items (n int)",
      "alter table items add check (n > 0)",
    ],
    "a temporary table": ["create temp table items (n int)", "alter table items add check (n > 0)"],
  },
});
