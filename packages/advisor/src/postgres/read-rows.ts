import type { Session } from "../engine.ts";

/** Marks this tool's own queries, so that they are told apart in the server's statement statistics. */
export const OWN_QUERY: string = "/* dbadvise */";

/**
 * Rows of a query as the values of its JSON: numbers are numbers and arrays are arrays with every driver,
 * whatever its type parsers are. 64-bit integers beyond 2^53 lose precision: no counter gets there.
 */
export async function readRows<Row>(
  session: Session,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<readonly Row[]> {
  const rows = await session.query(
    `select ${OWN_QUERY} pg_catalog.row_to_json(r)::pg_catalog.text as r from (${sql}) r`,
    parameters,
  );
  return rows.map((row) => JSON.parse(String(row["r"])) as Row);
}

/** Groups rows by a key, in the order of the rows. */
export function groupRows<Row, Key>(
  rows: readonly Row[],
  key: (row: Row) => Key,
): ReadonlyMap<Key, readonly Row[]> {
  const groups = new Map<Key, Row[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}
