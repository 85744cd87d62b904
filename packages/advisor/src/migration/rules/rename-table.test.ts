import { describeRule } from "../../postgres/migration/rules/testing/describe-rule.ts";

describeRule("rename-table", {
  says: {
    change: ["alter table orders rename to purchases"],
    message:
      "public.orders becomes public.purchases: until every server runs code that knows the new name, one of the two names fails.",
    steps: [],
  },
  silent: {
    "two tables that change names": [
      "create table orders_new (id int)",
      "alter table orders rename to orders_old",
      "alter table orders_new rename to orders",
    ],
    "a table that the change creates": [
      "create table items (n int)",
      "alter table items rename to things",
    ],
    "the way back": {
      change: [{ up: ["select 1"], down: ["alter table orders rename to purchases"] }],
    },
    "an index": ["alter index orders_pkey rename to orders_key"],
  },
});
