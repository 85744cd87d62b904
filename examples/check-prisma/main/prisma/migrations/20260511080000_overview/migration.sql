-- What the back office looks at.
CREATE VIEW "OrderOverview" AS
SELECT "id", "customerId", "status", "createdAt" FROM "Order";
