import { createRelation } from "./create-relation.ts";
import type { FilterOptions, KeyColumns, KeyOf, KyselyOf, Relation } from "./relation.ts";

/**
 * How many rows each key has: 0 where it has none.
 *
 * @example
 * const openOrders = count(db, {
 *   from: "orders",
 *   key: "user_id",
 *   query: (q) => q.where("status", "=", "open"),
 * });
 */
export function count<
  DB,
  TB extends keyof DB & string,
  const Columns extends KeyColumns<DB, TB>,
  Args = undefined,
>(
  db: KyselyOf<DB>,
  options: FilterOptions<DB, TB, Columns, Args>,
): Relation<DB, KeyOf<DB, TB, Columns>, number, Args> {
  return createRelation(db, options, "count", ([row]) => Number(Object.values(row ?? [0])[0]));
}
