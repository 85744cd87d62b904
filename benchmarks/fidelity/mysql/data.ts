/**
 * A shop of about 3 million rows with skew, NULLs, correlation, wide texts and partitions. The same rows for each seed. MySQL and MariaDB
 * take the same statements.
 */
export function shopOf(seed: number): readonly string[] {
  /** A number from 0 to 1 that hangs on the row and the place only. */
  const random = (place: number): string =>
    `(conv(substr(h, ${place * 8 + 1}, 8), 16, 10) / 4294967296)`;
  /** Rows `n` from 1 to `count`, each with 64 random hexadecimal digits `h`. */
  const rows = (table: string, count: number): string =>
    `(select n, sha2(concat('${seed} ${table} ', n), 256) h from numbers where n <= ${count}) r`;
  const pick = (values: readonly string[], share: string): string =>
    `elt(1 + floor(${share} * ${values.length}), ${values.map((value) => `'${value}'`).join(", ")})`;
  return [
    "create table digits (d int not null)",
    "insert into digits values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)",
    "create table numbers (n int primary key)",
    `insert into numbers
      select 1 + a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d + 100000 * f.d
      from digits f, digits e, digits d, digits c, digits b, digits a order by 1`,
    `create table customers (
      id bigint primary key, email varchar(100) not null, name varchar(60) not null, country char(2), created_at datetime not null,
      score decimal(10, 2), referrer_id bigint, unique key email (email))`,
    `insert into customers
      select n, concat('user', n, '@example.com'), concat(${pick(["Ada", "Bo", "Cy", "Di", "Ed", "Flo", "Gil", "Hal"], random(0))}, ' ', substr(h, 9, 6)),
        ${pick(["DE", "US", "FR", "GB", "NL"], `power(${random(2)}, 3)`)}, '2020-01-01' + interval n * 10 minute,
        if(${random(3)} < 0.1, null, ${random(3)} * 10000), if(${random(4)} < 0.7, null, 1 + floor(${random(5)} * 100000))
      from ${rows("customers", 100_000)}`,
    `create table products (
      id int primary key, sku varchar(20) not null, name varchar(120) not null, category_id int not null, price decimal(10, 2) not null)`,
    `insert into products
      select n, concat('SKU-', lpad(n, 6, '0')), concat('product ', substr(h, 1, 12), ' ', repeat('x', 40 * ${random(2)})), n % 200, ${random(3)} * 500
      from ${rows("products", 20_000)}`,
    `create table orders (
      id bigint primary key, customer_id bigint not null, status varchar(10) not null, channel enum('web', 'shop', 'phone') not null,
      total decimal(12, 2) not null, created_at datetime not null, note varchar(200), deleted_at datetime, key created_at (created_at))`,
    `insert into orders
      select n, 1 + floor(power(${random(0)}, 2) * 100000),
        ${pick(["done", "done", "done", "done", "done", "done", "done", "open", "failed", "new"], random(1))},
        1 + floor(${random(2)} * 3), ${random(3)} * 1000, '2022-01-01' + interval n minute,
        if(${random(4)} < 0.3, concat(repeat('x', 60 * ${random(5)}), substr(h, 1, 8)), null), if(${random(6)} < 0.02, '2024-11-11' + interval floor(${random(7)} * 1000) hour, null)
      from ${rows("orders", 1_000_000)}`,
    `create table items (
      order_id bigint not null, line int not null, product_id int not null, quantity int, price decimal(10, 2) not null,
      primary key (order_id, line))`,
    `insert into items
      select 1 + (n - 1) div 2, 1 + (n - 1) % 2, 1 + floor(power(${random(0)}, 2) * 20000), if(${random(1)} < 0.05, null, 1 + floor(${random(2)} * 5)), ${random(3)} * 100
      from ${rows("items", 1_000_000)}`,
    `create table events (id bigint not null, kind int not null, at datetime not null, payload varchar(64), primary key (id, at))
      partition by range columns (at) (
        partition p2023 values less than ('2024-01-01'), partition p2024 values less than ('2025-01-01'), partition rest values less than (maxvalue))`,
    `insert into events
      select n, floor(${random(0)} * 100), '2023-01-01' + interval n * 2 minute, substr(h, 1, 32) from ${rows("events", 400_000)}`,
    "drop table numbers, digits",
    "analyze table customers, products, orders, items, events",
  ];
}
