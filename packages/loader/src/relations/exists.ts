import { createRelation } from "./create-relation.ts";
import type { FilterOptions, KeyColumns, KeyOf, KyselyOf, Relation } from "./relation.ts";

/** Whether each key has a row: at most one is read. */
export function exists<
  DB,
  TB extends keyof DB & string,
  const Columns extends KeyColumns<DB, TB>,
  Args = undefined,
>(
  db: KyselyOf<DB>,
  options: FilterOptions<DB, TB, Columns, Args>,
): Relation<DB, KeyOf<DB, TB, Columns>, boolean, Args> {
  return createRelation(db, options, "existence", (rows) => rows.length > 0);
}
