import { type Kysely, sql } from "kysely";

/** Who opened which page, by month. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`CREATE TABLE visits (guest_id bigint, page text NOT NULL, at timestamptz NOT NULL) PARTITION BY RANGE (at)`.execute(
    db,
  );
  await sql`CREATE TABLE visits_2026_09 PARTITION OF visits FOR VALUES FROM ('2026-09-01') TO ('2026-10-01')`.execute(
    db,
  );
  await sql`CREATE TABLE visits_2026_10 PARTITION OF visits FOR VALUES FROM ('2026-10-01') TO ('2026-11-01')`.execute(
    db,
  );
  // Loaded from the old system, not attached yet.
  await sql`CREATE TABLE visits_2026_08 (guest_id bigint, page text NOT NULL, at timestamptz NOT NULL)`.execute(
    db,
  );
  await sql`CREATE UNLOGGED TABLE searches (guest_id bigint, words text NOT NULL)`.execute(db);
  await sql`CREATE MATERIALIZED VIEW turnover AS SELECT room_id, sum(price) AS total FROM bookings GROUP BY room_id`.execute(
    db,
  );
}
