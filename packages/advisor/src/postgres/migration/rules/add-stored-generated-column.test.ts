import { describeRule } from "./testing/describe-rule.ts";

describeRule("add-stored-generated-column", {
  says: {
    change: [
      "alter table orders add column doubled numeric generated always as (total * 2) stored",
    ],
    message:
      "Column doubled is computed and stored for every row: all of public.orders is written anew under ACCESS EXCLUSIVE, and nobody " +
      "reads or writes the table until it is done.",
    // A plain column can't be made a generated one.
    steps: [],
  },
  silent: {
    "a virtual one": {
      serverVersion: 180_000,
      change: [
        {
          up: [
            "alter table orders add column doubled numeric generated always as (total * 2) virtual",
          ],
        },
      ],
    },
    "a table that the change creates": [
      "create table items (n int)",
      "alter table items add column m int generated always as (n * 2) stored",
    ],
  },
});
