import { describeRule } from "./testing/describe-rule.ts";

const KEY = "alter table orders add foreign key (customer_id) references customers not valid";
const PAIR =
  "create table lines (order_id int, line int, n int, foreign key (order_id, line) references parts (order_id, line))";

describeRule("foreign-key-without-index", {
  says: {
    change: [KEY],
    message:
      "No index of public.orders begins with customer_id: each row that is deleted from public.customers, or gets another key, reads " +
      "the whole table to find what refers to it.",
    steps: ["alone: CREATE INDEX CONCURRENTLY orders_customer_id_idx ON orders (customer_id);"],
  },
  speaks: {
    "CREATE TABLE": ["create table items (order_id int references orders)"],
    "a new column of a table that is older than the history": [
      "alter table payments add column order_id int references orders",
    ],
    "an index that begins with another column": ["create index on orders (code, customer_id)", KEY],
    "an index that is partial": ["create index on orders (customer_id) where total > 0", KEY],
    "an index that is dropped later": [
      "create index orders_customer on orders (customer_id)",
      KEY,
      "drop index orders_customer",
    ],
    "an index of half of the columns": [PAIR, "create index on lines (order_id, n)"],
    "a gin index": ["create index on orders using gin (customer_id)", KEY],
  },
  silent: {
    "an index of the history": {
      history: ["create index on orders (customer_id, code)"],
      change: [{ up: [KEY] }],
    },
    "an index before, in the same file": ["create index on orders (customer_id)", KEY],
    "an index after, in another file": {
      change: [
        { up: [KEY] },
        { up: ["create index concurrently on orders (customer_id desc)"], transaction: "none" },
      ],
    },
    "columns in another order": [PAIR, "create index on lines (line, order_id, n)"],
    "an index without the rows that refer to nothing": [
      "create index on orders (customer_id) where customer_id is not null",
      KEY,
    ],
    "a hash index": ["create index on orders using hash (customer_id)", KEY],
    "a primary key that begins so": [
      "create table items (order_id int references orders, n int, primary key (order_id, n))",
    ],
    "a unique constraint": ["create table items (order_id int unique references orders)"],
    "a table and column that are older than the history: there may be an index": [
      "alter table payments add foreign key (order_id) references orders not valid",
    ],
    "a key that is dropped again": [
      `alter table orders add constraint k foreign key (customer_id) references customers not valid`,
      "alter table orders drop constraint k",
    ],
    "a small table": { rows: { orders: 200 }, change: [{ up: [KEY] }] },
    "a temporary table": ["create temp table items (order_id int references orders)"],
  },
});
