import { describeRule } from "../../postgres/migration/rules/testing/describe-rule.ts";

describeRule("rename-column", {
  says: {
    change: ["alter table orders rename column note to remark"],
    message:
      "Column note of public.orders becomes remark: until every server runs code that knows the new name, one of the two names fails.",
    steps: [],
  },
  silent: {
    "two columns that change names": [
      "alter table orders add column code_new text",
      "alter table orders rename column code to code_old",
      "alter table orders rename column code_new to code",
    ],
    "a table that the change creates": [
      "create table items (n int)",
      "alter table items rename n to m",
    ],
    "the way back": {
      change: [{ up: ["select 1"], down: ["alter table orders rename note to remark"] }],
    },
    "a constraint": ["alter table orders rename constraint orders_pkey to orders_key"],
  },
});
