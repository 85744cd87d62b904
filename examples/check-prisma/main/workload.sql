-- What production's log of one day has, summed up: one statement for each shape.
-- seconds: 86400

-- calls: 90000
-- total_ms: 5400
SELECT "id", "status", "total", "createdAt" FROM "Order" WHERE "customerId" = 4711;

-- calls: 60000
-- total_ms: 3000
SELECT "id", "productId", "quantity" FROM "OrderItem" WHERE "orderId" = 81234;

-- calls: 20000
-- total_ms: 1600
SELECT "id", "customerId", "total" FROM "Order" WHERE "status" = 'NEW' ORDER BY "createdAt" LIMIT 20;

-- calls: 1200
-- total_ms: 4800
SELECT count(*), sum("total") FROM "Order" WHERE "createdAt" >= '2026-09-28' AND "createdAt" < '2026-09-29';

-- calls: 800
-- total_ms: 40
SELECT "id", "coupon" FROM "Order" WHERE "id" = 99120;

-- calls: 30000
-- total_ms: 900
SELECT "id", "name" FROM "Customer" WHERE "email" = 'c4711@example.com';

-- calls: 500
-- total_ms: 60
SELECT * FROM "OrderOverview" WHERE "customerId" = 1234;
