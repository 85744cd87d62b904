import { describeRule } from "./testing/describe-rule.ts";

describeRule("volatile-default", {
  says: {
    change: ["alter table orders add column token uuid not null default gen_random_uuid()"],
    message:
      "The default of token is computed for every row: all of public.orders is written anew under ACCESS EXCLUSIVE, and nobody reads or " +
      "writes the table until it is done.",
    steps: [
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ADD COLUMN token uuid; ALTER TABLE orders ALTER COLUMN token SET DEFAULT gen_random_uuid();",
      "UPDATE orders SET token = DEFAULT WHERE token IS NULL;",
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ADD CONSTRAINT orders_token_not_null CHECK (token IS NOT NULL) NOT VALID;",
      "ALTER TABLE orders VALIDATE CONSTRAINT orders_token_not_null;",
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ALTER COLUMN token SET NOT NULL; ALTER TABLE orders DROP CONSTRAINT orders_token_not_null;",
    ],
  },
  speaks: {
    "a function that nobody knows": ["alter table orders add column n int default next_number()"],
    "a volatile function inside of others": [
      "alter table orders add column n text default upper(md5(random()::text))",
    ],
  },
  silent: {
    "now(), which is the same for all rows": [
      "alter table orders add column seen timestamptz default now()",
    ],
    "a constant": ["alter table orders add column state text not null default 'new'"],
    "SET DEFAULT, which is for new rows": [
      "alter table orders alter note set default random()::text",
    ],
    "column first, default afterwards": [
      "alter table orders add column token uuid",
      "alter table orders alter token set default gen_random_uuid()",
    ],
    "a table that the change creates": [
      "create table items (n int)",
      "alter table items add column token uuid default gen_random_uuid()",
    ],
  },
});
