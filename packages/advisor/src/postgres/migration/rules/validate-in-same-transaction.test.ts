import { describeRule } from "./testing/describe-rule.ts";

const ADD = "alter table orders add constraint noted check (note is not null) not valid";
const VALIDATE = "alter table orders validate constraint noted";

describeRule("validate-in-same-transaction", {
  says: {
    change: [ADD, VALIDATE],
    message:
      "noted is validated in the transaction that added it, which holds ACCESS EXCLUSIVE on public.orders until it is done: nobody " +
      "reads or writes the table while every row is read, just as without NOT VALID.",
    steps: ["ALTER TABLE orders VALIDATE CONSTRAINT noted;"],
  },
  speaks: {
    "a foreign key": [
      "alter table orders add constraint k foreign key (customer_id) references customers not valid",
      "alter table orders validate constraint k",
    ],
    "two files that the tool runs in one transaction": {
      change: [
        { up: [ADD], transaction: "run" },
        { up: [VALIDATE], transaction: "run" },
      ],
    },
    "one statement": [`${ADD}, validate constraint noted`],
  },
  silent: {
    "two migrations": { change: [{ up: [ADD] }, { up: [VALIDATE] }] },
    "one file, each statement by itself": {
      change: [{ up: [ADD, VALIDATE], transaction: "none" }],
    },
    "one file, with COMMIT between": {
      change: [{ up: ["begin", ADD, "commit", "begin", VALIDATE, "commit"], transaction: "none" }],
    },
    "another constraint": {
      history: ["alter table orders add constraint coded check (code is not null) not valid"],
      change: [{ up: [ADD, "alter table orders validate constraint coded"] }],
    },
    "a table that the change creates": [
      "create table items (n int)",
      "alter table items add constraint c check (n > 0) not valid",
      "alter table items validate constraint c",
    ],
  },
});
