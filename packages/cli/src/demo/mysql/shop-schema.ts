import { FIRST_UNSOLD_PRODUCT, SHOP_NOW, SHOP_ROWS } from "../shop-rows.ts";

type TableName = keyof typeof SHOP_ROWS;

/**
 * The demo's shop as a team might have left it: most things right, and one of each fault that `analyze` finds. InnoDB makes an
 * index for each foreign key, so those that have none are not declared here.
 */
export const SHOP_TABLES: readonly string[] = [
  `CREATE TABLE customers (id int PRIMARY KEY, email varchar(100) NOT NULL, name varchar(100) NOT NULL,
    country char(2) NOT NULL, created_at datetime NOT NULL)`,
  "CREATE TABLE categories (id int PRIMARY KEY, name varchar(100) NOT NULL)",
  `CREATE TABLE products (id int PRIMARY KEY, category_id int NOT NULL, sku varchar(20) NOT NULL UNIQUE,
    name varchar(100) NOT NULL, price decimal(10, 2) NOT NULL)`,
  `CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL, status varchar(20) NOT NULL,
    created_at datetime NOT NULL, total decimal(10, 2) NOT NULL)`,
  `CREATE TABLE order_items (id int PRIMARY KEY, order_id int NOT NULL, product_id int NOT NULL, quantity int NOT NULL,
    price decimal(10, 2) NOT NULL)`,
  `CREATE TABLE reviews (id int PRIMARY KEY, product_id int NOT NULL, customer_id int NOT NULL, rating int NOT NULL,
    created_at datetime NOT NULL, body text)`,
  "CREATE TABLE events (customer_id int NOT NULL, kind varchar(20) NOT NULL, at datetime NOT NULL, path varchar(100) NOT NULL)",
];

/** A number below one, always the same for a row of a table. */
const random = (salt: string): string => `(crc32(concat('${salt}', sha2(i, 256))) / 4294967296e0)`;

/** Rows are spread evenly over the two years before {@link SHOP_NOW}, the later the higher their number. */
const moment = (table: TableName): string =>
  `timestamp '${SHOP_NOW}' - interval floor(63115200 * (1 - i / ${SHOP_ROWS[table]}e0)) second`;

const price = (salt: string, size: number): string => `round(1 + ${random(salt)} * ${size}, 2)`;

const fill = (
  table: TableName,
  columns: string,
): { readonly table: TableName; readonly sql: string } => ({
  table,
  sql: `INSERT INTO ${table} SELECT ${columns} FROM numbers WHERE i <= ${SHOP_ROWS[table]} ORDER BY i`,
});

const DIGITS = `(SELECT 0 AS d ${Array.from({ length: 9 }, (_, digit) => `UNION ALL SELECT ${digit + 1}`).join(" ")})`;

/** A table of whole numbers from 1, which the others are filled from. It is dropped again. */
export const NUMBERS: readonly string[] = [
  "CREATE TABLE numbers (i int PRIMARY KEY)",
  `INSERT INTO numbers SELECT i FROM (
    SELECT 1 + a.d + 10 * b.d + 100 * c.d + 1000 * d.d + 10000 * e.d + 100000 * f.d AS i
    FROM ${["a", "b", "c", "d", "e", "f"].map((name) => `${DIGITS} ${name}`).join(", ")}
  ) n WHERE i <= ${Math.max(...Object.values(SHOP_ROWS))} ORDER BY i`,
];

/** Skewed as real shops are: few customers order often, few products sell most, nearly all orders are done. */
export const SHOP_DATA: readonly { readonly table: TableName; readonly sql: string }[] = [
  fill(
    "customers",
    `i, concat('customer', i, '@example.com'), concat('Customer ', i),
     elt(1 + (i * 7919) % 10, 'DE', 'DE', 'DE', 'DE', 'FR', 'FR', 'IT', 'PL', 'NL', 'AT'), ${moment("customers")}`,
  ),
  fill("categories", "i, concat('Category ', i)"),
  fill(
    "products",
    `i, 1 + floor(${SHOP_ROWS.categories} * pow(${random("c")}, 2)), concat('SKU-', lpad(i, 6, '0')),
     concat('Product ', i), ${price("p", 200)}`,
  ),
  fill(
    "orders",
    `i, 1 + floor(${SHOP_ROWS.customers} * pow(${random("c")}, 3)),
     CASE WHEN i > ${SHOP_ROWS.orders} - 1500 THEN 'open' WHEN ${random("r")} < 0.004 THEN 'returned'
       WHEN ${random("x")} < 0.03 THEN 'cancelled' ELSE 'delivered' END, ${moment("orders")}, ${price("t", 500)}`,
  ),
  fill(
    "order_items",
    `i, 1 + floor(i * ${SHOP_ROWS.orders}e0 / ${SHOP_ROWS.order_items + 1}),
     1 + floor(${FIRST_UNSOLD_PRODUCT - 1} * pow(${random("p")}, 3)), 1 + (i % 3), ${price("q", 200)}`,
  ),
  fill(
    "reviews",
    `i, 1 + floor(${FIRST_UNSOLD_PRODUCT - 1} * pow(${random("p")}, 2)), 1 + floor(${SHOP_ROWS.customers} * ${random("c")}),
     1 + (i * 7) % 5, ${moment("reviews")}, concat('Review ', i)`,
  ),
  fill(
    "events",
    `1 + floor(${SHOP_ROWS.customers} * pow(${random("c")}, 2)),
     CASE WHEN ${random("v")} < 0.9 THEN 'view' WHEN ${random("w")} < 0.9 THEN 'cart'
       WHEN ${random("x")} < 0.9 THEN 'checkout' ELSE 'error' END, ${moment("events")}, concat('/p/', i % 8000)`,
  ),
];

export const SHOP_INDEXES: readonly string[] = [
  "ALTER TABLE products ADD INDEX products_category_id_idx (category_id), ADD FOREIGN KEY (category_id) REFERENCES categories (id)",
  // The same index again, under another name.
  "CREATE INDEX products_by_category ON products (category_id)",
  "CREATE INDEX reviews_product_id_created_at_idx ON reviews (product_id, created_at)",
  // Its column already leads the index above.
  "CREATE INDEX reviews_product_id_idx ON reviews (product_id)",
  // Nobody asks for it.
  "CREATE INDEX orders_total_idx ON orders (total)",
];
