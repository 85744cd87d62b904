/** The pool of the application. */
interface Pool {
  query(
    sql: string,
    parameters: readonly unknown[],
  ): Promise<{ readonly rows: readonly Readonly<Record<string, string>>[] }>;
}

/**
 * The latest bookings with their guests' names: one query for the list, and one more for each booking. The test run in
 * `test-run.ndjson` shows that.
 */
export async function listBookings(pool: Pool, count: number): Promise<readonly string[]> {
  const { rows } = await pool.query("SELECT id, guest_id FROM bookings ORDER BY id DESC LIMIT $1", [
    count,
  ]);
  const names: string[] = [];
  for (const { guest_id: guest } of rows) {
    const sql = "SELECT name FROM guests WHERE id = $1";
    const found = await pool.query(sql, [guest]);
    names.push(found.rows[0]?.["name"] ?? "");
  }
  return names;
}
