/**
 * A Drizzle application as one finds it: only the import of `Pool` was changed, from "pg".
 *
 *   node main.ts postgres://localhost/shop
 */
import { Pool } from "@dbadvise/pool/pg";
import { desc, eq, gt, sql } from "drizzle-orm";
import { drizzle } from "drizzle-orm/node-postgres";
import { integer, pgTable, text } from "drizzle-orm/pg-core";

const product = pgTable("product", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  name: text().notNull().unique(),
  stock: integer().notNull(),
});
const sale = pgTable("sale", {
  id: integer().primaryKey().generatedAlwaysAsIdentity(),
  product: integer().notNull(),
  quantity: integer().notNull(),
});

const pool = new Pool({ connectionString: process.argv[2], max: 5 });
const db = drizzle({ client: pool });

await db.execute(sql`
  create table product (
    id int primary key generated always as identity, name text not null unique, stock int not null
  )`);
await db.execute(sql`
  create table sale (
    id int primary key generated always as identity,
    product int not null references product, quantity int not null
  )`);

const created = await db
  .insert(product)
  .values([
    { name: "lamp", stock: 20 },
    { name: "chair", stock: 3 },
  ])
  .returning();
console.log("created", created);

// More callers than connections.
const sold = await Promise.all(Array.from({ length: 12 }, (_, call) => sell(1 + (call % 2), 1)));
console.log("sold", sold.filter(Boolean).length, "of", sold.length);

const byStock = db
  .select({ name: product.name, stock: product.stock })
  .from(product)
  .where(gt(product.stock, sql.placeholder("above")))
  .orderBy(desc(product.stock))
  .prepare("by_stock");
console.log("in stock", await byStock.execute({ above: 0 }), await byStock.execute({ above: -1 }));

const [quantities] = await db
  .select({ sales: sql<number>`count(*)::int`, quantity: sql<number>`sum(quantity)::int` })
  .from(sale);
console.log("sales", quantities);

try {
  await db.insert(product).values({ name: "lamp", stock: 1 });
} catch (error) {
  const { cause } = error as Error;
  console.log("refused:", cause instanceof Error ? cause.message : error);
}

await db.execute(sql`drop table sale, product`);
await pool.end();

/** False where the stock is too small: the transaction is rolled back. */
async function sell(id: number, quantity: number): Promise<boolean> {
  try {
    await db.transaction(async (trx) => {
      await trx.insert(sale).values({ product: id, quantity });
      const [left] = await trx
        .update(product)
        .set({ stock: sql`${product.stock} - ${quantity}` })
        .where(eq(product.id, id))
        .returning({ stock: product.stock });
      if (left === undefined || left.stock < 0) trx.rollback();
    });
    return true;
  } catch {
    return false;
  }
}
