import type { Selectable, Simplify } from "kysely";
import { createRelation } from "./create-relation.ts";
import type { KeyColumns, KeyOf, KyselyOf, Relation, RelationOptions } from "./relation.ts";

/**
 * The rows of each key, in the query's order and within its limit. Each caller gets an array of its own.
 *
 * @example
 * const latestOrders = many(db, {
 *   from: "orders",
 *   key: "user_id",
 *   query: (q) => q.select(["id", "total"]).orderBy("id", "desc").limit(3),
 * });
 * await latestOrders.load(user.id);
 */
export function many<
  DB,
  TB extends keyof DB & string,
  const Columns extends KeyColumns<DB, TB>,
  Row = Selectable<DB[TB]>,
  Args = undefined,
>(
  db: KyselyOf<DB>,
  options: RelationOptions<DB, TB, Columns, Row, Args>,
): Relation<DB, KeyOf<DB, TB, Columns>, Simplify<Row>[], Args> {
  return createRelation(db, options, "rows", (rows) => [...rows] as Simplify<Row>[]);
}
