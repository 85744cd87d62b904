-- How many pieces there are in it.
CREATE OR REPLACE VIEW "OrderOverview" AS
SELECT "id", "customerId", "status", "createdAt",
  (SELECT sum("quantity") FROM "OrderItem" WHERE "orderId" = "Order"."id" OR "OrderItem"."id" = 0) AS "pieces"
FROM "Order";
