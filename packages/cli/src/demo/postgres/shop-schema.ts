import { FIRST_UNSOLD_PRODUCT, SHOP_NOW, SHOP_ROWS } from "../shop-rows.ts";

/**
 * The demo's shop as a team might have left it: most things right, and one of each fault that `analyze` finds.
 * Constraints come after the data, so that a million rows load in seconds.
 */
export const SHOP_TABLES = `
CREATE TABLE customers (id int NOT NULL, email text NOT NULL, name text NOT NULL, country text NOT NULL, created_at timestamptz NOT NULL);
CREATE TABLE categories (id int NOT NULL, name text NOT NULL);
CREATE TABLE products (id int NOT NULL, category_id int NOT NULL, sku text NOT NULL, name text NOT NULL, price numeric(10, 2) NOT NULL);
CREATE TABLE orders (id int NOT NULL, customer_id int NOT NULL, status text NOT NULL, created_at timestamptz NOT NULL, total numeric(10, 2) NOT NULL);
CREATE TABLE order_items (id int NOT NULL, order_id int NOT NULL, product_id int NOT NULL, quantity int NOT NULL, price numeric(10, 2) NOT NULL);
CREATE TABLE reviews (id int NOT NULL, product_id int NOT NULL, customer_id int NOT NULL, rating int NOT NULL, created_at timestamptz NOT NULL, body text);
CREATE TABLE events (customer_id int NOT NULL, kind text NOT NULL, at timestamptz NOT NULL, path text NOT NULL);
`;

const fill = (table: keyof typeof SHOP_ROWS, columns: string): string =>
  `INSERT INTO ${table} SELECT ${columns} FROM generate_series(1, ${SHOP_ROWS[table]}) AS i;`;

/** Skewed as real shops are: few customers order often, few products sell most, nearly all orders are done. */
export const SHOP_DATA: readonly { readonly table: string; readonly sql: string }[] = [
  {
    table: "customers",
    sql: fill(
      "customers",
      `i, 'customer' || i || '@example.com', 'Customer ' || i,
       (ARRAY['DE', 'DE', 'DE', 'DE', 'FR', 'FR', 'IT', 'PL', 'NL', 'AT'])[1 + (i * 7919) % 10],
       ${momentOf("customers")}`,
    ),
  },
  { table: "categories", sql: fill("categories", "i, 'Category ' || i") },
  {
    table: "products",
    sql: fill(
      "products",
      `i, 1 + floor(${SHOP_ROWS.categories} * power(random(), 2))::int, 'SKU-' || lpad(i::text, 6, '0'), 'Product ' || i, 1 + round((random() * 200)::numeric, 2)`,
    ),
  },
  {
    table: "orders",
    sql: fill(
      "orders",
      `i, 1 + floor(${SHOP_ROWS.customers} * power(random(), 3))::int,
       CASE WHEN i > ${SHOP_ROWS.orders} - 1500 THEN 'open' WHEN random() < 0.004 THEN 'returned' WHEN random() < 0.03 THEN 'cancelled' ELSE 'delivered' END,
       ${momentOf("orders")}, 5 + round((random() * 500)::numeric, 2)`,
    ),
  },
  {
    table: "order_items",
    sql: fill(
      "order_items",
      `i, 1 + (i::bigint * ${SHOP_ROWS.orders} / ${SHOP_ROWS.order_items + 1})::int, 1 + floor(${FIRST_UNSOLD_PRODUCT - 1} * power(random(), 3))::int, 1 + (i % 3), 1 + round((random() * 200)::numeric, 2)`,
    ),
  },
  {
    table: "reviews",
    sql: fill(
      "reviews",
      `i, 1 + floor(${FIRST_UNSOLD_PRODUCT - 1} * power(random(), 2))::int, 1 + floor(${SHOP_ROWS.customers} * random())::int, 1 + (i * 7) % 5, ${momentOf("reviews")}, 'Review ' || i`,
    ),
  },
  {
    table: "events",
    sql: fill(
      "events",
      `1 + floor(${SHOP_ROWS.customers} * power(random(), 2))::int,
       CASE WHEN random() < 0.9 THEN 'view' WHEN random() < 0.9 THEN 'cart' WHEN random() < 0.9 THEN 'checkout' ELSE 'error' END,
       ${momentOf("events")}, '/p/' || i % 8000`,
    ),
  },
];

/** Rows are spread evenly over the two years before {@link SHOP_NOW}, the later the higher their number. */
function momentOf(table: keyof typeof SHOP_ROWS): string {
  return `timestamptz '${SHOP_NOW}+00' - interval '2 years' * (1 - i::float / ${SHOP_ROWS[table]})`;
}

export const SHOP_CONSTRAINTS = `
ALTER TABLE customers ADD PRIMARY KEY (id);
ALTER TABLE categories ADD PRIMARY KEY (id);
ALTER TABLE products ADD PRIMARY KEY (id), ADD UNIQUE (sku), ADD FOREIGN KEY (category_id) REFERENCES categories;
ALTER TABLE orders ADD PRIMARY KEY (id), ADD FOREIGN KEY (customer_id) REFERENCES customers;
ALTER TABLE order_items ADD PRIMARY KEY (id), ADD FOREIGN KEY (order_id) REFERENCES orders, ADD FOREIGN KEY (product_id) REFERENCES products;
ALTER TABLE reviews ADD PRIMARY KEY (id), ADD FOREIGN KEY (product_id) REFERENCES products, ADD FOREIGN KEY (customer_id) REFERENCES customers;
CREATE INDEX products_category_id_idx ON products (category_id);
-- The same index again, under another name.
CREATE INDEX products_by_category ON products (category_id);
CREATE INDEX reviews_product_id_created_at_idx ON reviews (product_id, created_at);
-- Its column already leads the index above.
CREATE INDEX reviews_product_id_idx ON reviews (product_id);
-- Nobody asks for it.
CREATE INDEX orders_total_idx ON orders (total);
-- What a concurrent build leaves behind that was cancelled half way.
CREATE INDEX customers_country_idx ON customers (country);
UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'customers_country_idx'::regclass;
`;
