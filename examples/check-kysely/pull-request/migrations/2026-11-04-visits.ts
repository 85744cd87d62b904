import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`ALTER TABLE visits ATTACH PARTITION visits_2026_08 FOR VALUES FROM ('2026-08-01') TO ('2026-09-01')`.execute(
    db,
  );
  await sql`ALTER TABLE visits DETACH PARTITION visits_2026_09`.execute(db);
  await sql`TRUNCATE visits_2026_09`.execute(db);
  await sql`ALTER TABLE searches SET LOGGED`.execute(db);
}
