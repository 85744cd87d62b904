/**
 * A Kysely application as one finds it: only the import of `Pool` was changed, from "pg".
 *
 *   node main.ts postgres://localhost/shop
 */
import { Pool } from "@dbadvise/pool/pg";
import { type Generated, Kysely, PostgresDialect, sql } from "kysely";
import Cursor from "pg-cursor";

interface Tables {
  readonly account: { id: Generated<number>; owner: string; balance: number };
  readonly transfer: { id: Generated<number>; payer: number; payee: number; amount: number };
}

const pool = new Pool({ connectionString: process.argv[2], max: 5 });
const db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool, cursor: Cursor }) });

await createSchema();
await db
  .insertInto("account")
  .values(["Ada", "Grace", "Edsger"].map((owner) => ({ owner, balance: 100 })))
  .execute();

// More callers than connections.
await Promise.all(Array.from({ length: 30 }, (_, call) => pay(1, 2 + (call % 2), 1)));
console.log("after 30 payments", await balances());

// The payer has too little: nothing of the transaction stays.
try {
  await pay(1, 2, 1000);
} catch (error) {
  console.log("refused:", error instanceof Error ? error.message : error);
}
console.log("after a refused payment", await balances());

const largest = await db
  .selectFrom("transfer")
  .innerJoin("account", "account.id", "transfer.payee")
  .select(({ fn }) => ["account.owner", fn.countAll<string>().as("payments")])
  .groupBy("account.owner")
  .orderBy("account.owner")
  .execute();
console.log("received", largest);

let streamed = 0;
for await (const { amount } of db.selectFrom("transfer").select("amount").stream(10))
  streamed += amount;
console.log("streamed", streamed);

await db.schema.dropTable("transfer").execute();
await db.schema.dropTable("account").execute();
await db.destroy();

async function createSchema(): Promise<void> {
  await db.schema
    .createTable("account")
    .addColumn("id", "serial", (column) => column.primaryKey())
    .addColumn("owner", "text", (column) => column.notNull().unique())
    .addColumn("balance", "integer", (column) => column.notNull().check(sql`balance >= 0`))
    .execute();
  await db.schema
    .createTable("transfer")
    .addColumn("id", "serial", (column) => column.primaryKey())
    .addColumn("payer", "integer", (column) => column.notNull().references("account.id"))
    .addColumn("payee", "integer", (column) => column.notNull().references("account.id"))
    .addColumn("amount", "integer", (column) => column.notNull())
    .execute();
}

function pay(payer: number, payee: number, amount: number): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await trx.insertInto("transfer").values({ payer, payee, amount }).execute();
    await trx
      .updateTable("account")
      .set(({ eb }) => ({ balance: eb("balance", "-", amount) }))
      .where("id", "=", payer)
      .execute();
    await trx
      .updateTable("account")
      .set(({ eb }) => ({ balance: eb("balance", "+", amount) }))
      .where("id", "=", payee)
      .execute();
  });
}

async function balances(): Promise<string> {
  const rows = await db.selectFrom("account").select(["owner", "balance"]).orderBy("id").execute();
  return rows.map(({ owner, balance }) => `${owner} ${balance}`).join(", ");
}
