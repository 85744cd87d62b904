import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable("guests")
    .addColumn("id", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("email", "text", (column) => column.notNull().unique())
    .execute();
  await db.schema
    .createTable("rooms")
    .addColumn("id", "integer", (column) => column.primaryKey())
    .addColumn("floor", "integer", (column) => column.notNull())
    .execute();
  await db.schema
    .createTable("bookings")
    .addColumn("id", "bigint", (column) => column.primaryKey().generatedAlwaysAsIdentity())
    .addColumn("guest_id", "bigint", (column) => column.notNull().references("guests.id"))
    .addColumn("room_id", "integer", (column) => column.notNull())
    .addColumn("stay", sql`daterange`, (column) => column.notNull())
    .addColumn("price", "numeric(10, 2)", (column) => column.notNull())
    .addColumn("made_at", "timestamptz", (column) => column.notNull().defaultTo(sql`now()`))
    .execute();
  await db.schema.createIndex("bookings_guest_id_idx").on("bookings").column("guest_id").execute();
  await db.schema
    .createIndex("bookings_room_id_made_at_idx")
    .on("bookings")
    .columns(["room_id", "made_at"])
    .execute();
}
