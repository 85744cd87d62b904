import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema.createIndex("bookings_guest").on("bookings").column("guest_id").execute();
  await db.schema.createIndex("bookings_room").on("bookings").column("room_id").execute();
  await sql`CREATE INDEX CONCURRENTLY IF NOT EXISTS guests_name_idx ON guests (name)`.execute(db);
}
