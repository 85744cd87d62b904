import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable("bookings")
    .addColumn("number", "bigint", (column) => column.generatedAlwaysAsIdentity())
    .execute();
  await db.schema
    .alterTable("bookings")
    .addColumn("nights", "integer", (column) =>
      column.generatedAlwaysAs(sql`upper(stay) - lower(stay)`).stored(),
    )
    .execute();
  await sql`ALTER TABLE bookings ADD CONSTRAINT bookings_no_overlap
    EXCLUDE USING gist (int4range(room_id, room_id, '[]') WITH &&, stay WITH &&)`.execute(db);
  await sql`ALTER TABLE bookings ADD CONSTRAINT bookings_room_id_fkey FOREIGN KEY (room_id) REFERENCES rooms NOT VALID`.execute(
    db,
  );
  await sql`ALTER TABLE bookings VALIDATE CONSTRAINT bookings_room_id_fkey`.execute(db);
  await sql`CREATE FUNCTION stamp_booking() RETURNS trigger LANGUAGE plpgsql
    AS $$ BEGIN NEW.made_at := now(); RETURN NEW; END $$`.execute(db);
  await sql`CREATE TRIGGER stamp_booking BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION stamp_booking()`.execute(
    db,
  );
}
