import { describeRule } from "../../postgres/migration/rules/testing/describe-rule.ts";

const ADD = "alter table orders add column rank int";

describeRule("lock-held-long", {
  says: {
    change: [ADD, "update orders set rank = 0"],
    message:
      "An earlier statement of the same transaction takes ACCESS EXCLUSIVE on public.orders; nobody reads or writes it while all of " +
      "public.orders is read.",
    steps: [],
  },
  speaks: {
    "two files that the tool runs in one transaction": {
      change: [
        { up: [ADD], transaction: "run" },
        { up: ["update orders set rank = 0"], transaction: "run" },
      ],
    },
    "another table's rows": [ADD, "delete from customers"],
    "a validation under the lock of another statement": {
      history: ["alter table orders add constraint noted check (note is not null) not valid"],
      change: [{ up: [ADD, "alter table orders validate constraint noted"] }],
    },
    "another table's index": [ADD, "create index on customers (email)"],
  },
  silent: {
    "two migrations": { change: [{ up: [ADD] }, { up: ["update orders set rank = 0"] }] },
    "each statement by itself": {
      change: [{ up: [ADD, "update orders set rank = 0"], transaction: "none" }],
    },
    "short statements": [
      ADD,
      "alter table customers add column rank int",
      "alter table orders drop column note",
    ],
    "a few rows": [
      ADD,
      "insert into customers values (1, 'x')",
      "update orders set rank = 0 where id = 1",
    ],
    "another finding says it": [ADD, "create index on orders (rank)"],
    "the lock is on a table that the change creates": [
      "create table items (n int)",
      "alter table items add column m int",
      "update orders set note = ''",
    ],
    "the rows are of a table that the change creates": [
      "create table items (n int)",
      ADD,
      "update items set n = 1",
    ],
  },
});
