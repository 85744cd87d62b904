import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`REFRESH MATERIALIZED VIEW turnover`.execute(db);
  await sql`REINDEX TABLE bookings`.execute(db);
  await sql`CLUSTER guests USING guests_pkey`.execute(db);
}
