/** Makes `main/shop.snapshot.json`: a shop with rows on a real server, as `main` has migrated it. `pnpm run snapshot`. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { runDbadvise, startPostgres } from "@dbadvise/testkit";
import pg from "pg";

const ROWS = `
  SELECT setseed(0.25);
  INSERT INTO "Customer" ("email", "name") SELECT 'c' || i || '@example.com', 'Customer ' || i FROM generate_series(1, 40000) i;
  INSERT INTO "Product" ("sku", "name") SELECT 'sku-' || i, 'Product ' || i FROM generate_series(1, 30000) i;
  INSERT INTO "Order" ("customerId", "status", "total", "coupon", "note", "createdAt")
    SELECT 1 + floor(random() * 40000), (CASE WHEN random() < 0.03 THEN 'NEW' ELSE 'SENT' END)::"OrderStatus", random() * 1000,
      CASE WHEN random() < 0.1 THEN 'TENOFF' END, CASE WHEN random() < 0.3 THEN 'please ring twice' END,
      timestamp '2026-01-01' + i * interval '2 minutes' FROM generate_series(1, 200000) i;
  INSERT INTO "OrderItem" ("orderId", "productId", "quantity")
    SELECT 1 + floor(random() * 200000), 1 + floor(random() * 30000), 1 + floor(random() * 5) FROM generate_series(1, 400000) i;
  INSERT INTO "Cart" ("customerId", "updatedAt") SELECT 1 + floor(random() * 40000), timestamp '2026-09-01' FROM generate_series(1, 9000) i;
`;

const main = join(import.meta.dirname, "main");
const database = await startPostgres();
try {
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const migrations = join(main, "prisma/migrations");
  for (const name of (await readdir(migrations)).toSorted()) {
    if (name.endsWith(".toml")) continue;
    await client.query(await readFile(join(migrations, name, "migration.sql"), "utf8"));
  }
  await client.query(ROWS);
  await client.query("VACUUM ANALYZE");
  await client.end();
  await runDbadvise(["snapshot", "--url", database.url, "-o", "shop.snapshot.json"], main);
} finally {
  await database.close();
}
