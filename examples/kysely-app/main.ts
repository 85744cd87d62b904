/**
 * A Kysely application as one finds it: only the imports of its pools were changed, from "pg" and "mysql2".
 *
 *   node main.ts postgres://localhost/shop
 *   node main.ts mysql://localhost/shop
 */
import { createPool } from "@dbadvise/pool/mysql2";
import { Pool } from "@dbadvise/pool/pg";
import {
  type ColumnDefinitionBuilder,
  type Dialect,
  type Generated,
  Kysely,
  MysqlDialect,
  PostgresDialect,
  sql,
} from "kysely";
import Cursor from "pg-cursor";

interface Tables {
  readonly account: { id: Generated<number>; owner: string; balance: number };
  readonly transfer: { id: Generated<number>; payer: number; payee: number; amount: number };
}

const url = process.argv[2] ?? "";
const isMysql = url.startsWith("mysql:");
const db = new Kysely<Tables>({ dialect: dialect() });

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

const received = await db
  .selectFrom("transfer")
  .innerJoin("account", "account.id", "transfer.payee")
  .select(({ fn }) => ["account.owner", fn.countAll().as("payments")])
  .groupBy("account.owner")
  .orderBy("account.owner")
  .execute();
console.log(
  "received",
  received.map(({ owner, payments }) => `${owner} ${payments}`),
);

let streamed = 0;
for await (const { amount } of db.selectFrom("transfer").select("amount").stream(10))
  streamed += amount;
console.log("streamed", streamed);

await db.schema.dropTable("transfer").execute();
await db.schema.dropTable("account").execute();
await db.destroy();

function dialect(): Dialect {
  if (isMysql) return new MysqlDialect({ pool: createPool({ uri: url, connectionLimit: 5 }) });
  return new PostgresDialect({
    pool: new Pool({ connectionString: url, max: 5 }),
    cursor: Cursor,
  });
}

async function createSchema(): Promise<void> {
  const id = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder =>
    isMysql ? column.primaryKey().autoIncrement() : column.primaryKey().generatedAlwaysAsIdentity();
  await db.schema
    .createTable("account")
    .addColumn("id", "integer", id)
    .addColumn("owner", "varchar(50)", (column) => column.notNull().unique())
    .addColumn("balance", "integer", (column) => column.notNull().check(sql`balance >= 0`))
    .execute();
  await db.schema
    .createTable("transfer")
    .addColumn("id", "integer", id)
    .addColumn("payer", "integer", (column) => column.notNull())
    .addColumn("payee", "integer", (column) => column.notNull())
    .addColumn("amount", "integer", (column) => column.notNull())
    .execute();
}

function pay(payer: number, payee: number, amount: number): Promise<void> {
  return db.transaction().execute(async (trx) => {
    await trx.insertInto("transfer").values({ payer, payee, amount }).execute();
    await move(payee, amount);
    await move(payer, -amount);

    async function move(account: number, by: number): Promise<void> {
      await trx
        .updateTable("account")
        .set(({ eb }) => ({ balance: eb("balance", "+", by) }))
        .where("id", "=", account)
        .execute();
    }
  });
}

async function balances(): Promise<string> {
  const rows = await db.selectFrom("account").select(["owner", "balance"]).orderBy("id").execute();
  return rows.map(({ owner, balance }) => `${owner} ${balance}`).join(", ");
}
