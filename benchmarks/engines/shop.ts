/** One shop for all engines: the same rows, and the same texts, which all of them take. */

/** Rows by table. */
export const ROWS = { customers: 8_000, orders: 60_000, items: 140_000, events: 60_000 } as const;

/** Columns in words that each engine takes as they are. */
export const TABLES: readonly string[] = [
  "create table customers (id int primary key, email varchar(80) not null, name varchar(80) not null)",
  `create table orders (id int primary key, customer_id int not null, status varchar(20) not null,
    created_at timestamp(0) not null, total int not null, constraint orders_customer foreign key (customer_id) references customers (id))`,
  "create table items (id int primary key, order_id int not null, product_id int not null, quantity int not null)",
  "create table events (customer_id int not null, kind varchar(20) not null, at timestamp(0) not null)",
];

/** MySQL's TIMESTAMP is shown in the session's zone; its DATETIME is what others call a timestamp. */
export const mysqlTypes = (sql: string): string => sql.replaceAll("timestamp(0)", "datetime");

export const INDEXES: readonly string[] = [
  "create index orders_created on orders (created_at)",
  "create index orders_total on orders (total)",
  "create index orders_total_again on orders (total)",
  "create index items_product on items (product_id)",
  "create index items_product_quantity on items (product_id, quantity)",
];

type Value = number | string;

/** The same numbers in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const moment = (minutes: number): string =>
  new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString().slice(0, 19).replace("T", " ");

export function* rowsOf(table: keyof typeof ROWS): Generator<readonly Value[]> {
  const next = random(table.length * 7_919);
  const below = (size: number, skew: number): number => Math.floor(size * next() ** skew);
  for (let id = 1; id <= ROWS[table]; id++) {
    const customer = 1 + below(ROWS.customers, 2);
    const share = next();
    if (table === "customers") yield [id, `user${id}@example.com`, `User ${id}`];
    else if (table === "orders") {
      const status = share < 0.01 ? "returned" : share < 0.05 ? "open" : "delivered";
      yield [id, customer, status, moment(id * 3), below(500, 1)];
    } else if (table === "items") {
      yield [
        id,
        1 + Math.floor((id * ROWS.orders) / (ROWS.items + 1)),
        1 + below(900, 2),
        1 + (id % 4),
      ];
    } else {
      yield [customer, share < 0.9 ? "view" : share < 0.99 ? "cart" : "error", moment(id * 3)];
    }
  }
}

/** Texts that PostgreSQL, MySQL and MariaDB take, each with how often it is executed. */
export const WORKLOAD: readonly (readonly [calls: number, sql: string])[] = [
  [400, "select id, total from orders where customer_id = 4711"],
  [
    300,
    "select i.quantity, o.status from items i join orders o on o.id = i.order_id where i.order_id = 777",
  ],
  [200, "select id, name from customers where email = 'user77@example.com'"],
  [
    100,
    "select id, total from orders where status = 'returned' and created_at >= '2026-04-20' order by created_at",
  ],
  [100, "select count(*) from events where kind = 'error' and at >= '2026-04-20'"],
  [80, "select count(*) from orders where cast(created_at as date) = '2026-03-10'"],
  [60, "select id, total from orders order by created_at, id limit 20 offset 30000"],
  [50, "select sum(quantity) from items where product_id = 77"],
  [
    40,
    "select c.name from customers c left join orders o on o.customer_id = c.id where o.total = 499 and c.id < 900",
  ],
  [40, "select id from customers where upper(name) = 'USER 42'"],
  [30, "select id from customers where name like '%r 42%'"],
  [200, "update orders set status = 'delivered' where id = 4242"],
];
