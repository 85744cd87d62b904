import type { Selectable, Simplify } from "kysely";
import { createRelation } from "./create-relation.ts";
import { RelationError } from "./relation-error.ts";
import type { KeyColumns, KeyOf, KyselyOf, Relation, RelationOptions } from "./relation.ts";

export interface OneOptions<
  DB,
  TB extends keyof DB,
  Columns,
  Row,
  Args,
  Missing,
> extends RelationOptions<DB, TB, Columns, Row, Args> {
  /** What a key without a row gives: `null`, or a `RelationError` `MISSING_ROW`. Default: `"null"`. */
  readonly missing?: Missing | undefined;
  /**
   * What a key with several rows gives: a `RelationError` `MULTIPLE_ROWS`, or the first in the query's order, the only one
   * that is read. Default: `"error"`.
   */
  readonly multiple?: "error" | "first" | undefined;
}

/**
 * The row of each key.
 *
 * @example
 * const author = one(db, { from: "users", key: "id", missing: "error" });
 * await author.load(book.author_id);
 */
export function one<
  DB,
  TB extends keyof DB & string,
  const Columns extends KeyColumns<DB, TB>,
  Row = Selectable<DB[TB]>,
  Args = undefined,
  const Missing extends "null" | "error" = "null",
>(
  db: KyselyOf<DB>,
  options: OneOptions<DB, TB, Columns, Row, Args, Missing>,
): Relation<
  DB,
  KeyOf<DB, TB, Columns>,
  Simplify<Row> | (Missing extends "null" ? null : never),
  Args
> {
  const { from, missing = "null", multiple = "error" } = options;
  type Value = Simplify<Row> | (Missing extends "null" ? null : never);
  return createRelation(
    db,
    options,
    multiple === "first" ? "first row" : "rows",
    (rows, key): Value => {
      if (rows.length > 1) throw new RelationError("MULTIPLE_ROWS", from, key);
      if (rows.length === 1) return rows[0] as Value;
      if (missing === "error") throw new RelationError("MISSING_ROW", from, key);
      return null as Value;
    },
  );
}
