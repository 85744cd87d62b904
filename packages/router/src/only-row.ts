import type { Lease } from "@dbadvise/pool";

/** The row of a statement that has one. */
export async function onlyRow<Row>(lease: Lease<unknown>, sql: string): Promise<Row> {
  const { rows } = await lease.query<Row>(sql);
  const [row] = rows;
  if (row === undefined) throw new Error("The server told nothing of itself.");
  return row;
}
