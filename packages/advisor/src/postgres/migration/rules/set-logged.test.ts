import { describeRule } from "./testing/describe-rule.ts";

describeRule("set-logged", {
  says: {
    change: ["alter table orders set unlogged"],
    message:
      "All of public.orders is written anew under ACCESS EXCLUSIVE: nobody reads or writes it until it is done. From then on a crash " +
      "empties the table, and replicas have none of it.",
    steps: [],
  },
  speaks: { LOGGED: ["alter table orders set logged"] },
  silent: {
    "CREATE UNLOGGED TABLE": ["create unlogged table items (n int)"],
    "a table that the change creates": [
      "create unlogged table items (n int)",
      "alter table items set logged",
    ],
  },
});
