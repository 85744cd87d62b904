-- The list of dear orders that the back office asked for.
SELECT "id", "customerId", "total" FROM "Order" WHERE "total" > 999;
