import { describeRule } from "../../postgres/migration/rules/testing/describe-rule.ts";

describeRule("drop-column", {
  says: {
    change: ["alter table orders drop column note"],
    message:
      "Column note of public.orders is dropped: code that is still running fails with the next query that names it. Many object mappers " +
      "name every column that they knew when they were started.",
    steps: [],
  },
  speaks: {
    "a table that is older than the history": ["alter table payments drop column if exists paid"],
  },
  silent: {
    "a column that the migration adds": [
      "alter table orders add column staged int",
      "alter table orders drop column staged",
    ],
    "a table that the change creates": [
      "create table items (n int, m int)",
      "alter table items drop column m",
    ],
    "the way back": {
      change: [
        { up: ["alter table orders add column n int"], down: ["alter table orders drop column n"] },
      ],
    },
    "DROP NOT NULL": ["alter table orders alter filled drop not null"],
  },
});
