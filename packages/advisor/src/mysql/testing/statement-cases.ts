/** A statement about the tables of `shopCatalog`, what `renderStatement` makes of its description, and the product that alone takes it. */
export type StatementCase = readonly [sql: string, expected: string, only?: "mysql" | "mariadb"];

export const statementCases: readonly StatementCase[] = [
  // Comparisons.
  [
    "SELECT id FROM orders WHERE customer_id = 1",
    `orders: equality customer_id = constant; reads customer_id, id`,
  ],
  [
    "SELECT id FROM orders WHERE 1 = customer_id",
    `orders: equality customer_id = constant; reads customer_id, id`,
  ],
  [
    "SELECT ID FROM orders AS o WHERE o.CUSTOMER_ID <=> 5",
    `orders: equality customer_id <=> constant; reads customer_id, id`,
  ],
  [
    "SELECT * FROM orders WHERE customer_id IN (1, 2)",
    `orders: equality customer_id in constant; reads *`,
  ],
  [
    "SELECT id FROM orders WHERE total BETWEEN 1 AND 2 AND id NOT BETWEEN 3 AND 4",
    `orders: range total between constant; other id not between constant; reads id, total`,
  ],
  [
    "SELECT id FROM orders WHERE (customer_id, status) = (1, 'open')",
    `orders: equality customer_id = constant; equality status = constant; reads customer_id, id, status`,
  ],
  [
    "SELECT id FROM orders WHERE (placed_at, id) < ('2020-01-01', 2) ORDER BY placed_at DESC, id DESC LIMIT 20",
    `orders: other placed_at < constant; other id < constant; order placed_at desc, id desc; limited; reads id, placed_at`,
  ],
  [
    "SELECT id FROM orders WHERE (customer_id, total) IN ((1, 2), (3, 4))",
    `orders: equality customer_id in constant; equality total in constant; reads customer_id, id, total`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = 1 AND placed_at >= NOW() - INTERVAL 1 DAY",
    `orders: equality customer_id = constant; range placed_at >= expression; reads customer_id, id, placed_at`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = 1 OR customer_id = 2",
    `orders: equality customer_id in constant; reads customer_id, id`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = 1 OR total = 2",
    `orders: other customer_id = constant; other total = constant; reads customer_id, id, total`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = 1 XOR total = 2",
    `orders: other customer_id = constant; other total = constant; reads customer_id, id, total`,
  ],
  [
    "SELECT id FROM orders WHERE NOT (customer_id < 5 OR total <> 2)",
    `orders: range customer_id >= constant; equality total = constant; reads customer_id, id, total`,
  ],
  [
    "SELECT id FROM orders WHERE NOT (customer_id = 5 AND total = 2)",
    `orders: other customer_id <> constant; other total <> constant; reads customer_id, id, total`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id IS NULL AND note IS NOT NULL",
    `orders: equality customer_id is null; range note is not null; reads customer_id, id, note`,
  ],
  ["SELECT id FROM customers WHERE active", `customers: range active is true; reads active, id`],
  [
    "SELECT id FROM customers WHERE NOT active",
    `customers: equality active is false; reads active, id`,
  ],
  [
    "SELECT id FROM customers WHERE active IS TRUE",
    `customers: other active is true; reads active, id`,
  ],
  [
    "SELECT id FROM customers WHERE active = TRUE",
    `customers: equality active = constant; reads active, id`,
  ],
  [
    "SELECT id FROM orders WHERE id = customer_id",
    `orders: other id = column; other customer_id = column; reads customer_id, id`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id <> 4 AND id NOT IN (1, 2)",
    `orders: other customer_id <> constant; other id not in constant; reads customer_id, id`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = @a AND id > LAST_INSERT_ID()",
    `orders: equality customer_id = expression; range id > expression; reads customer_id, id`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = RAND() * 5",
    `orders: other customer_id = expression; reads customer_id, id`,
  ],
  // Patterns and words.
  [
    "SELECT id FROM customers WHERE name LIKE 'x%'",
    `customers: range name like constant; reads id, name`,
  ],
  [
    "SELECT id FROM customers WHERE name LIKE '%x%' AND email LIKE '_x'",
    `customers: other name like constant; other email like constant; reads email, id, name`,
  ],
  [
    "SELECT id FROM customers WHERE name LIKE CONCAT('%', 'x')",
    `customers: other name like expression; reads id, name`,
  ],
  [
    "SELECT id FROM customers WHERE name NOT LIKE 'x%' OR name REGEXP '^x'",
    `customers: other name not like constant; other name regexp constant; reads id, name`,
  ],
  ["SELECT id FROM customers WHERE id LIKE '5%'", `customers: other id like constant; reads id`],
  [
    "SELECT id FROM customers WHERE MATCH (name, email) AGAINST ('+a' IN BOOLEAN MODE)",
    `customers: other {\`name\`, \`email\`} match expression; reads email, id, name`,
  ],
  [
    "SELECT id, MATCH (name) AGAINST ('a') AS score FROM customers WHERE MATCH (name) AGAINST ('a') > 0 ORDER BY score DESC",
    `customers: other name match expression; reads id, name`,
  ],
  // Conversions.
  [
    "SELECT id FROM customers WHERE email = 5",
    `customers: other email = constant; reads email, id`,
  ],
  ["SELECT id FROM customers WHERE id = '5'", `customers: equality id = constant; reads id`],
  [
    "SELECT id FROM customers WHERE email IN ('a', 5)",
    `customers: other email in constant; reads email, id`,
  ],
  [
    "SELECT id FROM customers WHERE email = NOW()",
    `customers: other email = expression; reads email, id`,
  ],
  [
    "SELECT id FROM customers WHERE email = 'a' COLLATE utf8mb4_bin",
    `customers: equality email = constant; reads email, id`,
  ],
  [
    "SELECT id FROM customers WHERE email > 'a' COLLATE utf8mb4_bin",
    `customers: other email > constant; reads email, id`,
  ],
  [
    "SELECT id FROM customers WHERE email COLLATE utf8mb4_bin = 'a'",
    `customers: equality {(\`email\` collate utf8mb4_bin)} = constant; reads email, id`,
  ],
  [
    "SELECT id FROM customers WHERE BINARY email = 'a'",
    `customers: equality {(binary \`email\`)} = constant; reads email, id`,
  ],
  [
    "SELECT c.id FROM customers c JOIN orders o ON o.external_id = c.id",
    `customers: join id = orders.external_id; reads id
     orders: other external_id = column; reads external_id`,
  ],
  [
    "SELECT c.id FROM customers c JOIN customers d ON c.code = d.email",
    `customers: other code = column; reads code, id
     customers: join email = customers.code; reads email`,
  ],
  [
    "SELECT c.id FROM customers c JOIN customers d ON c.tag = d.email",
    `customers: join tag = customers.email; reads id, tag
     customers: other email = column; reads email`,
  ],
  [
    "SELECT id FROM products WHERE digest = UNHEX('aa')",
    `products: equality digest = expression; reads digest, id`,
  ],
  // Expressions.
  [
    "SELECT id FROM customers WHERE LOWER(email) = 'a'",
    `customers: equality {(lower(\`email\`))} = constant; reads email, id`,
  ],
  [
    "SELECT id FROM orders WHERE DATE(placed_at) = '2020-01-01'",
    `orders: equality {(date(\`placed_at\`))} = constant; reads id, placed_at`,
  ],
  [
    "SELECT id FROM orders WHERE YEAR(placed_at) = 2020 AND EXTRACT(MONTH FROM placed_at) = 1",
    `orders: equality {(year(\`placed_at\`))} = constant; equality {(extract(month from \`placed_at\`))} = constant; reads id, placed_at`,
  ],
  [
    "SELECT id FROM orders WHERE placed_at + INTERVAL 1 DAY > '2020-01-01'",
    `orders: range {(\`placed_at\` + interval 1 day)} > constant; reads id, placed_at`,
  ],
  [
    "SELECT id FROM orders WHERE meta->>'$.a' = 'x' AND JSON_EXTRACT(meta, '$.b') = 5",
    `orders: equality {(json_unquote(json_extract(\`meta\`, '$.a')))} = constant; other {(json_extract(\`meta\`, '$.b'))} = constant; reads id, meta`,
    "mysql",
  ],
  [
    "SELECT id FROM orders WHERE JSON_UNQUOTE(JSON_EXTRACT(meta, '$.a')) = 'x'",
    `orders: equality {(json_unquote(json_extract(\`meta\`, '$.a')))} = constant; reads id, meta`,
  ],
  [
    "SELECT id FROM orders WHERE total * 2 = 10 AND COALESCE(customer_id, 0) = 1",
    `orders: equality {(\`total\` * 2)} = constant; equality {(coalesce(\`customer_id\`, 0))} = constant; reads customer_id, id, total`,
  ],
  [
    "SELECT id FROM orders WHERE CASE WHEN total > 1 THEN 'a' ELSE 'b' END = 'a'",
    `orders: equality {(case when (\`total\` > 1) then 'a' else 'b' end)} = constant; reads id, total`,
  ],
  [
    "SELECT id FROM orders WHERE 5 MEMBER OF (meta->'$.ids')",
    `orders: other {(json_extract(\`meta\`, '$.ids'))} member of constant; reads id, meta`,
    "mysql",
  ],
  [
    "SELECT id FROM products WHERE MBRContains(ST_GeomFromText('POLYGON((0 0,1 0,1 1,0 0))'), place)",
    `products: other place mbrcontains expression; reads id, place`,
  ],
  // Joins.
  [
    "SELECT o.id FROM orders o JOIN customers c ON c.id = o.customer_id WHERE c.country = 'de'",
    `orders: join customer_id = customers.id; reads customer_id, id
     customers: join id = orders.customer_id; equality country = constant; reads country, id`,
  ],
  [
    "SELECT o.id FROM orders o, customers c WHERE c.id = o.customer_id AND c.country = 'de'",
    `orders: join customer_id = customers.id; reads customer_id, id
     customers: join id = orders.customer_id; equality country = constant; reads country, id`,
  ],
  [
    "SELECT c.id, o.id FROM customers c LEFT JOIN orders o ON o.customer_id = c.id AND o.status = 'open'",
    `customers: join id = orders.customer_id; reads id
     orders: join customer_id = customers.id; equality status = constant; reads customer_id, id, status`,
  ],
  [
    "SELECT a.name FROM categories a JOIN categories b ON b.id = a.parent_id",
    `categories: join parent_id = categories.id; reads name, parent_id
     categories: join id = categories.parent_id; reads id`,
  ],
  [
    "SELECT name FROM items JOIN products ON products.id = items.product_id",
    `items: join product_id = products.id; reads product_id
     products: join id = items.product_id; reads id, name`,
  ],
  [
    "SELECT quantity FROM items i JOIN orders o USING (id)",
    `items: join id = orders.id; reads id, quantity
     orders: join id = items.id; reads id`,
  ],
  [
    "SELECT * FROM items NATURAL JOIN products",
    `items: join id = products.id; reads *
     products: join id = items.id; reads *`,
  ],
  [
    "SELECT STRAIGHT_JOIN SQL_NO_CACHE o.id FROM orders o IGNORE INDEX FOR JOIN (PRIMARY) STRAIGHT_JOIN customers c ON c.id = o.customer_id",
    `orders: join customer_id = customers.id; reads customer_id, id
     customers: join id = orders.customer_id; reads id`,
  ],
  [
    "SELECT o.id FROM customers c JOIN orders o JOIN items i ON i.order_id = o.id ON o.customer_id = c.id",
    `customers: join id = orders.customer_id; reads id
     orders: join id = items.order_id; join customer_id = customers.id; reads customer_id, id
     items: join order_id = orders.id; reads order_id`,
  ],
  [
    "SELECT o.id FROM ((orders o JOIN items i ON i.order_id = o.id), customers c) WHERE c.id = o.customer_id",
    `orders: join id = items.order_id; join customer_id = customers.id; reads customer_id, id
     items: join order_id = orders.id; reads order_id
     customers: join id = orders.customer_id; reads id`,
  ],
  [
    "SELECT o.id FROM { OJ orders o LEFT OUTER JOIN items i ON i.order_id = o.id } WHERE o.placed_at > {d '2020-01-01'}",
    `orders: join id = items.order_id; range placed_at > constant; reads id, placed_at
     items: join order_id = orders.id; reads order_id`,
  ],
  [
    "SELECT j.a FROM orders o, JSON_TABLE(o.meta, '$[*]' COLUMNS (a INT PATH '$.a')) j WHERE j.a = 5",
    `orders: reads meta`,
  ],
  // Order, groups, limits.
  [
    "SELECT id FROM orders WHERE customer_id = 1 ORDER BY placed_at DESC, id LIMIT 5, 10",
    `orders: equality customer_id = constant; order placed_at desc, id; limited; reads customer_id, id, placed_at`,
  ],
  [
    "SELECT id, placed_at AS p FROM orders ORDER BY p, 1 DESC",
    `orders: order placed_at, id desc; reads id, placed_at`,
  ],
  [
    "SELECT c.id FROM customers c JOIN orders o ON o.customer_id = c.id ORDER BY o.placed_at, o.id, c.name",
    `customers: join id = orders.customer_id; reads id, name
     orders: join customer_id = customers.id; order placed_at, id; reads customer_id, id, placed_at`,
  ],
  ["SELECT status, COUNT(*) FROM orders GROUP BY status", `orders: group status; reads status`],
  [
    "SELECT customer_id AS c, SUM(total) FROM orders WHERE status = 'open' GROUP BY c WITH ROLLUP HAVING SUM(total) > 5",
    `orders: equality status = constant; group customer_id; reads customer_id, status, total`,
  ],
  [
    "SELECT DATE(placed_at) AS day, COUNT(*) FROM orders GROUP BY day ORDER BY COUNT(*) DESC",
    `orders: reads placed_at`,
  ],
  [
    "SELECT DISTINCT status, customer_id FROM orders",
    `orders: group status, customer_id; reads customer_id, status`,
  ],
  [
    "SELECT MIN(placed_at) FROM orders WHERE customer_id = 5",
    `orders: equality customer_id = constant; order placed_at; reads customer_id, placed_at`,
  ],
  ["SELECT MAX(placed_at), COUNT(*) FROM orders", `orders: reads placed_at`],
  [
    "SELECT id, ROW_NUMBER() OVER (PARTITION BY customer_id ORDER BY placed_at) FROM orders ORDER BY id",
    `orders: reads customer_id, id, placed_at`,
  ],
  [
    "SELECT GROUP_CONCAT(DISTINCT name ORDER BY name SEPARATOR ', ') FROM customers",
    `customers: reads name`,
  ],
  [
    "SELECT id FROM orders ORDER BY LOWER(note) LIMIT 5",
    `orders: order (lower(\`note\`)); limited; reads id, note`,
  ],
  ["SELECT id FROM orders ORDER BY RAND() LIMIT 1", `orders: limited; reads id`],
  [
    "SELECT id FROM orders WHERE status = 'open' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED",
    `orders: equality status = constant; order id; limited; reads id, status`,
  ],
  // Subqueries, derived tables, views, common tables, set operations.
  [
    "SELECT id FROM customers c WHERE EXISTS (SELECT 1 FROM orders o WHERE o.customer_id = c.id AND o.total > 5)",
    `customers: join id = orders.customer_id; reads id
     orders: join customer_id = customers.id; range total > constant; reads customer_id, total`,
  ],
  [
    "SELECT id FROM customers c WHERE NOT EXISTS (SELECT * FROM orders o WHERE o.customer_id = c.id)",
    `customers: reads id
     orders: join customer_id = customers.id; reads customer_id`,
  ],
  [
    "SELECT id FROM customers WHERE id IN (SELECT customer_id FROM orders WHERE status = 'open')",
    `customers: join id in orders.customer_id; reads id
     orders: equality status = constant; join customer_id in customers.id; reads customer_id, status`,
  ],
  [
    "SELECT id FROM customers WHERE id NOT IN (SELECT customer_id FROM orders)",
    `customers: other id not in column; reads id
     orders: other customer_id not in column; reads customer_id`,
  ],
  [
    "SELECT id, (SELECT MAX(total) FROM orders o WHERE o.customer_id = c.id) FROM customers c",
    `customers: reads id
     orders: join customer_id = customers.id; order total desc; reads customer_id, total`,
  ],
  [
    "SELECT id FROM orders WHERE total > (SELECT AVG(total) FROM orders)",
    `orders: range total > expression; reads id, total
     orders: reads total`,
  ],
  [
    "SELECT id FROM orders WHERE total > ALL (SELECT total FROM orders WHERE status = 'open')",
    `orders: other total > all column; reads id, total
     orders: equality status = constant; other total > all column; reads status, total`,
  ],
  [
    "SELECT x.id FROM (SELECT id, customer_id AS c FROM orders WHERE total > 5) x WHERE x.c = 1 ORDER BY x.id",
    `orders: range total > constant; equality customer_id = constant; order id; reads customer_id, id, total`,
  ],
  [
    "SELECT x.n FROM (SELECT customer_id, COUNT(*) AS n FROM orders GROUP BY customer_id) x WHERE x.customer_id = 1 AND x.n > 5",
    `orders: equality customer_id = constant; group customer_id; reads customer_id`,
  ],
  [
    "SELECT x.id FROM (SELECT id, customer_id FROM orders ORDER BY id LIMIT 10) x WHERE x.customer_id = 1",
    `orders: order id; limited; reads customer_id, id`,
  ],
  [
    "SELECT * FROM open_orders WHERE buyer = 5",
    `orders: equality status = constant; equality customer_id = constant; reads customer_id, id, note, placed_at, status`,
  ],
  [
    "SELECT id FROM recent_open WHERE buyer = 5",
    `orders: equality status = constant; range placed_at > expression; equality customer_id = constant; reads customer_id, id, placed_at, status`,
  ],
  [
    "SELECT spent FROM customer_totals WHERE id = 5 AND spent > 3",
    `customers: join id = orders.customer_id; equality id = constant; group id, email; reads email, id
     orders: join customer_id = customers.id; reads customer_id, total`,
  ],
  [
    "WITH x AS (SELECT id, customer_id FROM orders WHERE total > 5) SELECT a.id FROM x a JOIN x b ON a.id = b.customer_id",
    `orders: range total > constant; join id = orders.customer_id; reads id, total
     orders: range total > constant; join customer_id = orders.id; reads customer_id, total`,
  ],
  [
    "WITH x (a, b) AS (SELECT id, customer_id FROM orders) SELECT a FROM x WHERE b = 3",
    `orders: equality customer_id = constant; reads customer_id, id`,
  ],
  [
    "WITH RECURSIVE t AS (SELECT id, parent_id FROM categories WHERE id = 1 UNION ALL SELECT c.id, c.parent_id FROM categories c JOIN t ON c.parent_id = t.id) SELECT * FROM t",
    `categories: equality id = constant; reads id, parent_id
     categories: join parent_id = categories.id; reads id, parent_id`,
  ],
  [
    "SELECT id FROM orders WHERE customer_id = 1 UNION ALL SELECT id FROM items WHERE order_id = 2 ORDER BY id LIMIT 5",
    `orders: equality customer_id = constant; limited; reads customer_id, id
     items: equality order_id = constant; limited; reads id, order_id`,
  ],
  [
    "SELECT id FROM (SELECT id FROM orders UNION SELECT id FROM items) u WHERE id = 5",
    `orders: equality id = constant; reads id
     items: equality id = constant; reads id`,
  ],
  [
    "(SELECT id FROM orders ORDER BY placed_at LIMIT 1) UNION (SELECT id FROM items)",
    `orders: order placed_at; limited; reads id, placed_at
     items: reads id`,
  ],
  [
    "SELECT o.id FROM orders o JOIN LATERAL (SELECT i.id FROM items i WHERE i.order_id = o.id LIMIT 1) x",
    `orders: reads id
     items: join order_id = orders.id; limited; reads order_id`,
    "mysql",
  ],
  ["TABLE items ORDER BY quantity LIMIT 5", `items: order quantity; limited; reads *`, "mysql"],
  ["VALUES ROW(1, 2), ROW(3, 4)", ``, "mysql"],
  [
    "SELECT `select` FROM Mixed WHERE OTHER = 5",
    `Mixed: equality other = constant; reads other, select`,
  ],
  [
    "SELECT region FROM archive.orders WHERE region = 'x'",
    `archive.orders: equality region = constant; reads region`,
  ],
  ["SELECT table_name FROM information_schema.tables WHERE table_schema = 'x'", `system only`],
  // Writes.
  [
    "INSERT INTO orders (id, status) VALUES (1, 'open'), (2, 'paid')",
    `insert
     orders: writes id, status`,
  ],
  [
    "INSERT INTO items VALUES (1, 2, 3, 4) ON DUPLICATE KEY UPDATE quantity = quantity + VALUES(quantity)",
    `insert
     items: reads quantity; writes id, order_id, product_id, quantity`,
  ],
  [
    "INSERT INTO items (id, quantity) VALUES (1, 2) AS new ON DUPLICATE KEY UPDATE quantity = new.quantity",
    `insert
     items: writes id, quantity`,
    "mysql",
  ],
  [
    "INSERT INTO items SET id = 1, quantity = 5",
    `insert
     items: writes id, quantity`,
  ],
  [
    "INSERT IGNORE INTO items (id, order_id) SELECT id, customer_id FROM orders WHERE status = 'open'",
    `insert
     items: writes id, order_id
     orders: equality status = constant; reads customer_id, id, status`,
  ],
  [
    "REPLACE INTO items (id, quantity) VALUES (1, 5)",
    `insert
     items: writes id, quantity`,
  ],
  [
    "INSERT INTO items (id) VALUES (1) RETURNING id, quantity",
    `insert
     items: reads id, quantity; writes id`,
    "mariadb",
  ],
  [
    "UPDATE orders SET status = 'paid', total = total + 1 WHERE customer_id = 5 ORDER BY id LIMIT 3",
    `update
     orders: equality customer_id = constant; order id; limited; reads customer_id, id, total; writes status, total`,
  ],
  [
    "UPDATE orders o JOIN customers c ON c.id = o.customer_id SET o.status = 'paid', c.active = 0 WHERE c.country = 'de'",
    `update
     orders: join customer_id = customers.id; reads customer_id; writes status
     customers: join id = orders.customer_id; equality country = constant; reads country, id; writes active`,
  ],
  [
    "UPDATE orders SET total = (SELECT SUM(quantity) FROM items WHERE items.order_id = orders.id) WHERE id = 5",
    `update
     orders: equality id = constant; reads id; writes total
     items: join order_id = orders.id; reads order_id, quantity`,
  ],
  [
    "DELETE FROM orders WHERE placed_at < '2020-01-01' LIMIT 1000",
    `delete
     orders: range placed_at < constant; limited; reads placed_at`,
  ],
  [
    "DELETE o, i FROM orders o LEFT JOIN items i ON i.order_id = o.id WHERE o.status = 'open'",
    `delete
     orders: join id = items.order_id; equality status = constant; reads id, status
     items: join order_id = orders.id; reads order_id`,
  ],
  [
    "DELETE FROM o USING orders o JOIN customers c ON c.id = o.customer_id WHERE c.active = 0",
    `delete
     orders: join customer_id = customers.id; reads customer_id
     customers: join id = orders.customer_id; equality active = constant; reads active, id`,
  ],
  [
    "DELETE FROM items WHERE order_id = 5 RETURNING id",
    `delete
     items: equality order_id = constant; reads id, order_id`,
    "mariadb",
  ],
];
