/** A statement about the tables of `shopCatalog`, and what `renderStatement` makes of its description. */
export const statementCases: readonly (readonly [sql: string, expected: string])[] = [
  [
    "SELECT id FROM orders WHERE customer_id = $1",
    `orders: equality customer_id = parameter; reads customer_id, id`,
  ],
  [
    "SELECT id FROM orders WHERE $1 = customer_id",
    `orders: equality customer_id = parameter; reads customer_id, id`,
  ],
  [
    "SELECT * FROM orders WHERE customer_id IN (1, 2)",
    `orders: equality customer_id in constant; reads *`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = ANY($1)",
    `orders: equality customer_id = any parameter; reads customer_id, id`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = ANY(ARRAY[1, 2])",
    `orders: equality customer_id = any constant; reads customer_id, id`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = $1::bigint",
    `orders: equality customer_id = parameter; reads customer_id, id`,
  ],
  [
    "SELECT id FROM orders WHERE total BETWEEN 1 AND $1",
    `orders: range total between parameter; reads id, total`,
  ],
  [
    "SELECT id FROM orders WHERE (customer_id, status) = (1, 'x')",
    `orders: equality customer_id = constant; equality status = constant; reads customer_id, id, status`,
  ],
  [
    "SELECT id FROM orders WHERE (placed_at, id) < ($1, $2) ORDER BY placed_at DESC, id DESC LIMIT 20",
    `orders: range placed_at < parameter; other id < parameter; order placed_at desc, id desc; limited; reads id, placed_at`,
  ],
  [
    "SELECT id FROM orders WHERE (customer_id, status) IN ((1, 'a'), (2, 'b'))",
    `orders: equality customer_id in constant; equality status in constant; reads customer_id, id, status`,
  ],
  [
    "SELECT id FROM customers WHERE name LIKE 'x%'",
    `customers: range name like constant; reads id, name`,
  ],
  [
    "SELECT id FROM customers WHERE name LIKE '%x'",
    `customers: other name like constant; reads id, name`,
  ],
  [
    "SELECT id FROM customers WHERE name LIKE $1",
    `customers: other name like parameter; reads id, name`,
  ],
  [
    "SELECT id FROM customers WHERE name LIKE 'exact'",
    `customers: equality name like constant; reads id, name`,
  ],
  [
    "SELECT id FROM customers WHERE name ILIKE 'x%'",
    `customers: other name ilike constant; reads id, name`,
  ],
  [
    "SELECT id FROM customers WHERE name NOT LIKE 'x%' AND country <> 'de' AND id NOT IN (1, 2)",
    `customers: other name not like constant; other country <> constant; other id not in constant; reads country, id, name`,
  ],
  ["SELECT id FROM customers WHERE active", `customers: equality active is true; reads active, id`],
  [
    "SELECT id FROM customers WHERE NOT active",
    `customers: equality active is false; reads active, id`,
  ],
  [
    "SELECT id FROM customers WHERE active IS TRUE AND active IS NOT FALSE",
    `customers: equality active is true; other active is not false; reads active, id`,
  ],
  [
    "SELECT id FROM customers WHERE name IS NULL AND country IS NOT NULL",
    `customers: equality name is null; range country is not null; reads country, id, name`,
  ],
  [
    "SELECT id FROM customers WHERE country = 'de' OR country = 'fr'",
    `customers: equality country in constant; reads country, id`,
  ],
  [
    "SELECT id FROM customers WHERE country = 'de' OR name = 'x'",
    `customers: other country = constant; other name = constant; reads country, id, name`,
  ],
  [
    "SELECT id FROM customers WHERE NOT (country = 'de')",
    `customers: other country = constant; reads country, id`,
  ],
  [
    "SELECT id FROM customers WHERE lower(email) = $1",
    `customers: equality {lower(email)} = parameter; reads email, id`,
  ],
  [
    "SELECT id FROM customers WHERE email::text = $1",
    `customers: equality email = parameter; reads email, id`,
  ],
  [
    "SELECT id FROM customers WHERE id::text = $1",
    `customers: equality {(id::text)} = parameter; reads id`,
  ],
  [
    "SELECT id FROM orders WHERE placed_at::date = '2020-01-01'",
    `orders: equality {(placed_at::date)} = constant; reads id, placed_at`,
  ],
  [
    "SELECT id FROM orders WHERE date_trunc('day', placed_at) = $1",
    `orders: equality {date_trunc('day', placed_at)} = parameter; reads id, placed_at`,
  ],
  [
    "SELECT id FROM orders WHERE meta ->> 'state' = 'x'",
    `orders: equality {(meta ->> 'state')} = constant; reads id, meta`,
  ],
  [
    "SELECT id FROM orders WHERE meta ->> $1 = $2",
    `orders: other {(meta ->> $1)} = parameter; reads id, meta`,
  ],
  [
    "SELECT id FROM orders WHERE meta @> '{\"a\":1}'",
    `orders: other meta @> constant; reads id, meta`,
  ],
  [
    "SELECT id FROM products WHERE tags @> ARRAY['x'] AND $1 = ANY(tags)",
    `products: other tags @> constant; other tags = any parameter; reads id, tags`,
  ],
  [
    "SELECT id FROM orders WHERE placed_at > now() - interval '1 day'",
    `orders: range placed_at > expression; reads id, placed_at`,
  ],
  [
    "SELECT id FROM orders WHERE total > random() * 10",
    `orders: other total > expression; reads id, total`,
  ],
  [
    "SELECT id FROM orders WHERE total + 1 > 5 AND customer_id = id",
    `orders: range {(total + 1)} > constant; other customer_id = column; other id = column; reads customer_id, id, total`,
  ],
  [
    "SELECT status AS s, id FROM orders ORDER BY s, 2 DESC NULLS LAST LIMIT 5",
    `orders: order status, id desc nulls last; limited; reads id, status`,
  ],
  [
    "SELECT id FROM orders ORDER BY lower(status), id",
    `orders: order lower(status), id; reads id, status`,
  ],
  [
    "SELECT id FROM orders o JOIN items i ON i.order_id = o.id ORDER BY o.placed_at, i.id, o.total",
    `orders: join id = items.order_id; order placed_at; reads id, placed_at, total
    items: join order_id = orders.id; reads id, order_id`,
  ],
  [
    "SELECT o.id, i.quantity FROM orders o JOIN items i ON i.order_id = o.id WHERE o.status = 'open' AND i.quantity > 3",
    `orders: join id = items.order_id; equality status = constant; reads id, status
    items: join order_id = orders.id; range quantity > constant; reads order_id, quantity`,
  ],
  [
    "SELECT id FROM orders o LEFT JOIN items i ON i.order_id = o.id AND i.quantity = 1 WHERE i.product_id = 5",
    `orders: join id = items.order_id; reads id
    items: join order_id = orders.id; equality quantity = constant; equality product_id = constant; reads order_id, product_id, quantity`,
  ],
  [
    "SELECT count(*) FROM items JOIN products USING (id)",
    `items: join id = products.id; reads id
    products: join id = items.id; reads id`,
  ],
  [
    "SELECT count(*) FROM items NATURAL JOIN categories",
    `items: join id = categories.id; reads id
    categories: join id = items.id; reads id`,
  ],
  [
    "SELECT a.id FROM categories a JOIN categories b ON a.parent_id = b.id WHERE b.name = 'x'",
    `categories: join parent_id = categories.id; reads id, parent_id
    categories: join id = categories.parent_id; equality name = constant; reads id, name`,
  ],
  [
    "SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.status = 'open')",
    `customers: join id = orders.customer_id; reads id
    orders: join customer_id = customers.id; equality status = constant; reads customer_id, status`,
  ],
  [
    "SELECT id FROM customers c WHERE NOT EXISTS (SELECT * FROM orders o WHERE o.customer_id = c.id)",
    `customers: reads id
    orders: join customer_id = customers.id; reads customer_id`,
  ],
  [
    "SELECT id FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE total > 100)",
    `customers: join id in orders.customer_id; reads id
    orders: range total > constant; join customer_id in customers.id; reads customer_id, total`,
  ],
  [
    "SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)",
    `customers: other id in column; reads id
    orders: other customer_id in column; reads customer_id`,
  ],
  [
    "SELECT id FROM customers WHERE (id, name) IN (SELECT customer_id, status FROM orders)",
    `customers: join id in orders.customer_id; join name in orders.status; reads id, name
    orders: join customer_id in customers.id; join status in customers.name; reads customer_id, status`,
  ],
  [
    "SELECT id, (SELECT count(*) FROM orders o WHERE o.customer_id = c.id) FROM customers c WHERE country = $1",
    `customers: equality country = parameter; reads country, id
    orders: join customer_id = customers.id; reads customer_id`,
  ],
  [
    "SELECT id FROM orders WHERE total = (SELECT max(total) FROM orders)",
    `orders: equality total = expression; reads id, total
    orders: order total desc; reads total`,
  ],
  [
    "SELECT id FROM orders o WHERE total > (SELECT avg(total) FROM orders i WHERE i.customer_id = o.customer_id)",
    `orders: other total > expression; reads customer_id, id, total
    orders: join customer_id = orders.customer_id; reads customer_id, total`,
  ],
  [
    "SELECT s.id FROM (SELECT id, status FROM orders) s WHERE s.status = 'x' ORDER BY s.id LIMIT 3",
    `orders: equality status = constant; order id; limited; reads id, status`,
  ],
  [
    "SELECT s.c FROM (SELECT customer_id, count(*) AS c FROM orders GROUP BY customer_id) s WHERE s.customer_id = 5 AND s.c > 3",
    `orders: equality customer_id = constant; group customer_id; reads customer_id`,
  ],
  [
    "SELECT s.id FROM (SELECT * FROM orders ORDER BY placed_at DESC LIMIT 10) s WHERE s.status = 'x'",
    `orders: order placed_at desc; limited; reads id, placed_at, status`,
  ],
  [
    "SELECT s.n FROM (SELECT lower(name) AS n FROM customers) s WHERE s.n = 'x'",
    `customers: equality {lower(name)} = constant; reads name`,
  ],
  [
    "SELECT x.id FROM (SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY placed_at DESC) AS rn FROM orders) x WHERE rn = 1",
    `orders: order customer_id, placed_at desc; reads customer_id, id, placed_at`,
  ],
  [
    "WITH o AS (SELECT id, customer_id AS c FROM orders) SELECT id FROM o WHERE c = 1",
    `orders: equality customer_id = constant; reads customer_id, id`,
  ],
  [
    "WITH o AS MATERIALIZED (SELECT id, customer_id AS c FROM orders) SELECT id FROM o WHERE c = 1",
    `orders: reads customer_id, id`,
  ],
  [
    "WITH o AS (SELECT id, customer_id AS c FROM orders) SELECT a.id FROM o a JOIN o b ON a.c = b.id WHERE a.c = 1",
    `orders: reads customer_id, id`,
  ],
  [
    "WITH o(x, y) AS (SELECT id, status FROM orders) SELECT x FROM o WHERE y = 'a'",
    `orders: equality status = constant; reads id, status`,
  ],
  [
    "WITH RECURSIVE tree AS (SELECT id, parent_id FROM categories WHERE id = $1 UNION ALL SELECT c.id, c.parent_id FROM categories c JOIN tree t ON c.parent_id = t.id) SELECT * FROM tree",
    `categories: equality id = parameter; reads id, parent_id
    categories: join parent_id = categories.id; reads id, parent_id`,
  ],
  [
    "WITH gone AS (DELETE FROM items WHERE order_id = 1 RETURNING product_id) SELECT name FROM products JOIN gone ON gone.product_id = products.id",
    `items: equality order_id = constant; reads order_id, product_id
    products: join id = column; reads id, name`,
  ],
  [
    "SELECT id FROM open_orders WHERE buyer = $1 ORDER BY placed_at DESC LIMIT 1",
    `orders: equality status = constant; equality customer_id = parameter; order placed_at desc; limited; reads customer_id, id, placed_at, status`,
  ],
  [
    "SELECT id FROM recent_open WHERE buyer = $1",
    `orders: equality status = constant; range placed_at > expression; equality customer_id = parameter; reads customer_id, id, placed_at, status`,
  ],
  [
    "SELECT spent FROM customer_totals WHERE id = $1",
    `customers: join id = orders.customer_id; equality id = parameter; group id, email; reads email, id
    orders: join customer_id = customers.id; reads customer_id, total`,
  ],
  [
    "SELECT id FROM open_orders WHERE state = 'x'",
    `orders: equality status = constant; equality {lower(status)} = constant; reads id, status`,
  ],
  [
    "SELECT c.id, l.total FROM customers c CROSS JOIN LATERAL (SELECT total FROM orders o WHERE o.customer_id = c.id ORDER BY placed_at DESC LIMIT 1) l",
    `customers: reads id
    orders: join customer_id = customers.id; order placed_at desc; limited; reads customer_id, placed_at, total`,
  ],
  [
    "SELECT id FROM orders WHERE status = 'a' UNION ALL SELECT id FROM archive.orders WHERE region = 'b' ORDER BY id LIMIT 5",
    `orders: equality status = constant; order id; limited; reads id, status
    archive.orders: equality region = constant; order id; limited; reads id, region`,
  ],
  [
    "SELECT u.id FROM (SELECT id, status FROM orders UNION ALL SELECT id, region FROM archive.orders) u WHERE u.id = 5",
    `orders: equality id = constant; reads id
    archive.orders: equality id = constant; reads id`,
  ],
  [
    "SELECT u.id FROM (SELECT id FROM orders UNION SELECT id FROM archive.orders) u JOIN items ON items.order_id = u.id WHERE u.id = 5",
    `orders: equality id = constant; reads id
    archive.orders: equality id = constant; reads id
    items: join order_id = orders.id; reads order_id`,
  ],
  [
    "UPDATE orders SET status = 'x', total = total + 1 WHERE id = $1",
    `update
    orders: equality id = parameter; reads id, total; writes status, total`,
  ],
  [
    "UPDATE orders o SET status = c.country FROM customers c WHERE c.id = o.customer_id AND c.name = 'x' RETURNING o.id",
    `update
    orders: join customer_id = customers.id; reads customer_id, id; writes status
    customers: join id = orders.customer_id; equality name = constant; reads country, id, name`,
  ],
  [
    "DELETE FROM orders WHERE placed_at < now() - interval '1 year'",
    `delete
    orders: range placed_at < expression; reads placed_at`,
  ],
  [
    "DELETE FROM items i USING orders o WHERE o.id = i.order_id AND o.status = 'x'",
    `delete
    items: join order_id = orders.id; reads order_id
    orders: join id = items.order_id; equality status = constant; reads id, status`,
  ],
  [
    "INSERT INTO items (order_id, product_id) VALUES (1, 2) RETURNING id",
    `insert
    items: reads id; writes order_id, product_id`,
  ],
  [
    "INSERT INTO items SELECT id, customer_id FROM orders WHERE status = 'x'",
    `insert
    items: writes id, order_id, product_id, quantity
    orders: equality status = constant; reads customer_id, id, status`,
  ],
  [
    "INSERT INTO customers (id, name) VALUES (1, 'a') ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE customers.active",
    `insert
    customers: reads active; writes id, name`,
  ],
  [
    "MERGE INTO products p USING items i ON i.product_id = p.id WHEN MATCHED AND i.quantity > 1 THEN UPDATE SET price = 1 WHEN NOT MATCHED THEN INSERT (id, name) VALUES (i.product_id, 'x')",
    `merge
    products: join id = items.product_id; reads id; writes price, id, name
    items: join product_id = products.id; reads product_id, quantity`,
  ],
  [
    "SELECT country, count(*) FROM customers GROUP BY country ORDER BY 2 DESC",
    `customers: group country; reads country`,
  ],
  [
    "SELECT country FROM customers GROUP BY 1 HAVING count(*) > 1 AND country = 'de'",
    `customers: equality country = constant; group country; reads country`,
  ],
  [
    "SELECT DISTINCT country, name FROM customers",
    `customers: group country, name; reads country, name`,
  ],
  [
    "SELECT DISTINCT ON (customer_id) customer_id, total FROM orders ORDER BY customer_id, placed_at DESC",
    `orders: order customer_id, placed_at desc; reads customer_id, placed_at, total`,
  ],
  ["SELECT DISTINCT ON (customer_id) * FROM orders", `orders: order customer_id; reads *`],
  [
    "SELECT max(placed_at) FROM orders WHERE customer_id = 1",
    `orders: equality customer_id = constant; order placed_at desc; reads customer_id, placed_at`,
  ],
  [
    "SELECT c.country, count(o.id) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.country, o.status",
    `customers: join id = orders.customer_id; reads country, id
    orders: join customer_id = customers.id; reads customer_id, id, status`,
  ],
  [
    "SELECT sum(total) OVER w FROM orders WINDOW w AS (PARTITION BY customer_id ORDER BY placed_at)",
    `orders: order customer_id, placed_at; reads customer_id, placed_at, total`,
  ],
  [
    'SELECT "Id" FROM "Mixed" WHERE "select" = \'x\' AND lower("select") = \'y\'',
    `Mixed: equality select = constant; equality {lower("select")} = constant; reads Id, select`,
  ],
  [
    "SELECT id FROM archive.orders WHERE orders.region = 'x'",
    `archive.orders: equality region = constant; reads id, region`,
  ],
  [
    "SELECT archive.orders.id FROM archive.orders WHERE archive.orders.region = 'x'",
    `archive.orders: equality region = constant; reads id, region`,
  ],
  ["SELECT o FROM orders o WHERE o.id = 1", `orders: equality id = constant; reads *`],
  [
    "SELECT o.* FROM orders o, items i WHERE o.id = i.order_id",
    `orders: join id = items.order_id; reads *
    items: join order_id = orders.id; reads order_id`,
  ],
  [
    "SELECT id FROM events WHERE at >= $1 AND kind = 'x'",
    `events: range at >= parameter; equality kind = constant; reads at, id, kind`,
  ],
  ["SELECT id FROM nowhere WHERE x = 1", `unresolved nowhere`],
  [
    "SELECT o.id FROM orders o JOIN nowhere n ON n.x = o.id WHERE y = 1 AND status = 'a'",
    `orders: join id = column; equality status = constant; reads id, status
    unresolved nowhere`,
  ],
  ["SELECT relname FROM pg_class WHERE relkind = 'r'", `system only`],
  ["SELECT table_name FROM information_schema.tables", `system only`],
  ["SELECT 1", ``],
  [
    "SELECT o.id FROM orders o JOIN unnest($1::bigint[]) AS x(id) ON x.id = o.id",
    `orders: join id = column; reads id`,
  ],
  [
    "SELECT o.id FROM orders o JOIN (VALUES (1, 'a'), (2, 'b')) v(id, s) ON v.id = o.id AND v.s = o.status",
    `orders: join id = column; join status = column; reads id, status`,
  ],
  [
    "SELECT j.id FROM (orders o JOIN items i ON i.order_id = o.id) AS j(id) WHERE j.id = 1",
    `orders: join id = items.order_id; equality id = constant; reads id
    items: join order_id = orders.id; reads order_id`,
  ],
  [
    "SELECT id FROM customers WHERE name COLLATE \"C\" = 'x'",
    `customers: equality {(name COLLATE "C")} = constant; reads id, name`,
  ],
  ["SELECT id FROM orders FOR UPDATE SKIP LOCKED LIMIT 1", `orders: limited; reads id`],
  [
    "SELECT id FROM orders WHERE coalesce(status, 'x') = 'y'",
    `orders: equality {COALESCE(status, 'x')} = constant; reads id, status`,
  ],
  [
    "SELECT id FROM orders WHERE CASE WHEN total > 5 THEN 'a' ELSE 'b' END = 'a'",
    `orders: equality {(CASE WHEN total > 5 THEN 'a' ELSE 'b' END)} = constant; reads id, total`,
  ],
  [
    "SELECT id FROM orders WHERE extract(year from placed_at) = 2020",
    `orders: equality {EXTRACT(YEAR FROM placed_at)} = constant; reads id, placed_at`,
  ],
  [
    "SELECT id FROM orders WHERE total > ALL (SELECT total FROM orders WHERE customer_id = 4)",
    `orders: reads id, total
    orders: equality customer_id = constant; reads customer_id, total`,
  ],
  [
    "SELECT id FROM orders WHERE status = 'x' AND (total > 5 OR EXISTS (SELECT 1 FROM items i WHERE i.order_id = orders.id))",
    `orders: equality status = constant; other total > constant; reads id, status, total
    items: join order_id = orders.id; reads order_id`,
  ],
  [
    "SELECT id FROM orders WHERE total IS NOT DISTINCT FROM $1",
    `orders: other total is not distinct from parameter; reads id, total`,
  ],
  ["SELECT id FROM orders WHERE ctid = '(0,1)'", `orders: reads id`],
  [
    "SELECT id FROM customers WHERE email::text = 'a'::text AND name::character varying = 'b'",
    `customers: equality email = constant; equality name = constant; reads email, id, name`,
  ],
  [
    "SELECT o.id FROM orders o CROSS JOIN customers c WHERE o.customer_id = c.id + 1 AND o.total > c.id",
    `orders: join customer_id = expression; range total > column; reads customer_id, id, total
    customers: join {(id + 1)} = orders.customer_id; range id < column; reads id`,
  ],
  [
    "SELECT o.id FROM orders o JOIN customers c ON lower(o.status) = lower(c.name)",
    `orders: join {lower(status)} = expression; reads id, status
    customers: join {lower(name)} = expression; reads name`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = 1 AND status = 'a' AND placed_at > $1 ORDER BY placed_at DESC LIMIT 10",
    `orders: equality customer_id = constant; equality status = constant; range placed_at > parameter; order placed_at desc; limited; reads customer_id, id, placed_at, status`,
  ],
  [
    "SELECT id FROM categories WHERE parent_id IN (SELECT id FROM categories WHERE parent_id IN (SELECT id FROM categories WHERE name = 'x'))",
    `categories: join parent_id in categories.id; reads id, parent_id
    categories: join parent_id in categories.id; join id in categories.parent_id; reads id, parent_id
    categories: equality name = constant; join id in categories.parent_id; reads id, name`,
  ],
  [
    "SELECT c.name FROM customers c WHERE c.id = (SELECT customer_id FROM orders WHERE id = $1)",
    `customers: equality id = expression; reads id, name
    orders: equality id = parameter; reads customer_id, id`,
  ],
  [
    "WITH a AS (SELECT id FROM orders WHERE status = 'x'), b AS (SELECT id FROM a) SELECT id FROM b WHERE id = 1",
    `orders: equality status = constant; equality id = constant; reads id, status`,
  ],
  [
    "SELECT id FROM orders WHERE status LIKE 'a!%%' ESCAPE '!'",
    `orders: other status like expression; reads id, status`,
  ],
  [
    "SELECT id FROM customers WHERE name SIMILAR TO 'a%' OR name ~ '^a'",
    `customers: other name similar to expression; other name ~ constant; reads id, name`,
  ],
  [
    "SELECT id FROM orders WHERE NOT (total > 5 AND status = 'x') AND NOT NOT customer_id = 1",
    `orders: other total > constant; other status = constant; other customer_id = constant; reads customer_id, id, status, total`,
  ],
  [
    "SELECT id FROM orders WHERE status = 'a' GROUP BY id ORDER BY id LIMIT 5",
    `orders: equality status = constant; order id; group id; limited; reads id, status`,
  ],
  [
    "SELECT x.buyer FROM open_orders x JOIN customers c ON c.id = x.buyer WHERE c.country = 'de'",
    `orders: equality status = constant; join customer_id = customers.id; reads customer_id, status
    customers: join id = orders.customer_id; equality country = constant; reads country, id`,
  ],
  [
    "SELECT id FROM orders WHERE id = 1 UNION SELECT id FROM items WHERE order_id = 2 ORDER BY id",
    `orders: equality id = constant; reads id
    items: equality order_id = constant; reads id, order_id`,
  ],
  [
    "SELECT id FROM orders WHERE id = 1 EXCEPT SELECT order_id FROM items",
    `orders: equality id = constant; reads id
    items: reads order_id`,
  ],
  [
    'SELECT "Mixed".other FROM "Mixed" ORDER BY "Id" DESC, "select" LIMIT 3',
    `Mixed: order Id desc, select; limited; reads Id, other, select`,
  ],
  [
    "SELECT id FROM products WHERE tags[1] = 'a' AND array_length(tags, 1) > 2",
    `products: equality {((tags)[1])} = constant; range {array_length(tags, 1)} > constant; reads id, tags`,
  ],
  [
    "INSERT INTO customers (id, name) VALUES (1, 'a') ON CONFLICT DO NOTHING",
    `insert
    customers: writes id, name`,
  ],
  [
    "UPDATE orders SET (status, total) = (SELECT name, price FROM products WHERE products.id = orders.id) WHERE customer_id = 5",
    `update
    orders: equality customer_id = constant; reads customer_id, id; writes status, total
    products: join id = orders.id; reads id, name, price`,
  ],
  [
    "DELETE FROM orders WHERE id IN (SELECT id FROM orders WHERE status = 'x' ORDER BY id LIMIT 100)",
    `delete
    orders: join id in orders.id; reads id
    orders: equality status = constant; order id; limited; reads id, status`,
  ],
  [
    "SELECT row_number() OVER (ORDER BY placed_at DESC) FROM orders WHERE customer_id = 1 ORDER BY total LIMIT 5",
    `orders: equality customer_id = constant; order placed_at desc; limited; reads customer_id, placed_at, total`,
  ],
  [
    "SELECT count(DISTINCT status) FILTER (WHERE total > 5) FROM orders WHERE customer_id = 1",
    `orders: equality customer_id = constant; reads customer_id, status, total`,
  ],
  ["VALUES (1, 2)", ``],
  ["TABLE orders", `orders: reads *`],
];
