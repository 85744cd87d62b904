import { describeRule } from "../../postgres/migration/rules/testing/describe-rule.ts";

describeRule("not-null-without-default", {
  says: {
    change: ["alter table orders add column rank int not null"],
    message:
      "Column rank of public.orders is NOT NULL without a default: the statement fails as soon as the table has one row, and running " +
      "code that does not know the column can't insert any more.",
    steps: [
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ADD COLUMN rank int;",
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ADD CONSTRAINT orders_rank_not_null CHECK (rank IS NOT NULL) NOT VALID;",
      "ALTER TABLE orders VALIDATE CONSTRAINT orders_rank_not_null;",
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ALTER COLUMN rank SET NOT NULL; ALTER TABLE orders DROP CONSTRAINT orders_rank_not_null;",
    ],
  },
  speaks: {
    "DEFAULT NULL": ["alter table orders add column rank int not null default null"],
    "a primary key": ["alter table orders add column rank int primary key"],
    "the table has rows": {
      rows: { orders: 1 },
      change: [{ up: ["alter table orders add column rank int not null"] }],
    },
  },
  silent: {
    "a default": ["alter table orders add column rank int not null default 0"],
    "an identity": ["alter table orders add column rank int generated always as identity"],
    "a serial": ["alter table orders add column rank serial"],
    "a generated column": [
      "alter table orders add column doubled numeric generated always as (total * 2) stored not null",
    ],
    nullable: ["alter table orders add column rank int"],
    "no rows in production": {
      rows: { orders: 0 },
      change: [{ up: ["alter table orders add column rank int not null"] }],
    },
    "a table that the change creates": [
      "create table items (n int)",
      "alter table items add column rank int not null",
    ],
  },
});
