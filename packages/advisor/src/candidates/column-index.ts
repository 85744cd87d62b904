import type { TableName } from "../catalog/catalog.ts";
import type { CandidateIndex } from "./candidate-index.ts";

/** The plain index on some columns, ascending: a btree. Names as stored, not quoted. */
export function columnIndex(
  { schema, name }: TableName,
  columns: readonly string[],
): CandidateIndex {
  return {
    table: { schema, name },
    method: "btree",
    keys: columns.map((column) => ({
      column,
      expression: column,
      direction: "asc",
      nulls: "last",
      operatorClass: null,
      collation: null,
    })),
    include: [],
    predicate: null,
  };
}
