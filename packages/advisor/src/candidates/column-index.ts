import type { TableName } from "../catalog/catalog.ts";
import type { CandidateIndex } from "./candidate-index.ts";
import type { IndexForms } from "./index-forms.ts";

/**
 * The plain index on some columns, ascending: a btree. Names as stored, not quoted. `nulls`: where NULLs stand in it, which
 * the engine's `indexForms` tells.
 */
export function columnIndex(
  { schema, name }: TableName,
  columns: readonly string[],
  nulls: IndexForms["nulls"] = "last",
): CandidateIndex {
  return {
    table: { schema, name },
    method: "btree",
    keys: columns.map((column) => ({
      column,
      expression: column,
      direction: "asc",
      nulls,
      operatorClass: null,
      collation: null,
    })),
    include: [],
    predicate: null,
  };
}
