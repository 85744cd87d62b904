import { describeRule } from "./testing/describe-rule.ts";

const KEY = "add constraint orders_customer foreign key (customer_id) references customers";

describeRule("add-foreign-key-validated", {
  says: {
    change: [
      "alter table orders add foreign key (customer_id) references customers on delete cascade",
    ],
    message:
      "The foreign key is checked for every row of public.orders under SHARE ROW EXCLUSIVE: nobody writes public.orders or " +
      "public.customers until it is done.",
    steps: [
      "SET LOCAL lock_timeout = '5s'; ALTER TABLE orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers ON DELETE CASCADE NOT VALID;",
      "ALTER TABLE orders VALIDATE CONSTRAINT orders_customer_id_fkey;",
    ],
  },
  speaks: {
    "a column of the change: its rows were there before": [
      "alter table orders add column buyer int",
      "alter table orders add foreign key (buyer) references customers",
    ],
    "a new column with a default": [
      "alter table orders add column buyer int default 1 references customers",
    ],
  },
  silent: {
    "NOT VALID": [`alter table orders ${KEY} not valid`],
    "NOT VALID, then VALIDATE in another migration": {
      change: [
        { up: [`alter table orders ${KEY} not valid`] },
        { up: ["alter table orders validate constraint orders_customer"] },
      ],
    },
    "a new column without a default: nothing refers to anything": [
      "alter table orders add column buyer int references customers",
    ],
    "a table that the change creates": [
      "create table items (order_id int)",
      "alter table items add foreign key (order_id) references orders",
    ],
    "CREATE TABLE": ["create table items (order_id int references orders)"],
  },
});
