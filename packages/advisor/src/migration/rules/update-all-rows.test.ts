import { describeRule } from "../../postgres/migration/rules/testing/describe-rule.ts";

describeRule("update-all-rows", {
  says: {
    change: ["update orders set note = ''"],
    message:
      "UPDATE without WHERE changes every row of public.orders in one transaction: whoever writes one of them waits until all are done, " +
      "and the old versions of all rows stay behind.",
    steps: [],
  },
  speaks: { DELETE: ["delete from orders"] },
  silent: {
    "a condition": ["update orders set note = '' where note is null"],
    "under a strong lock, which is worse and said by another rule": [
      "alter table orders add column n int",
      "update orders set n = 0",
    ],
    "a table that the change creates": ["create table items (n int)", "update items set n = 1"],
    "a temporary table": ["create temp table items (n int)", "delete from items"],
    INSERT: ["insert into orders (id, filled) values (1, 'x')"],
  },
});
