import type { Index, Table } from "../catalog/catalog.ts";
import type { TableUse } from "../workload/statement.ts";
import type { CandidateIndex } from "./candidate-index.ts";

/**
 * The partial index that may already do what the candidate would, for all that is known: its condition is about a column
 * that the query compares with a value that nobody logged. As a shape such a query can't be planned with it, though it may
 * be the very query that the index was made for.
 */
export function mayBeServedBy(
  candidate: CandidateIndex,
  table: Table,
  use: TableUse,
): Index | undefined {
  const unknown = new Set(
    use.predicates.flatMap(({ column, value }) =>
      value === "parameter" && column !== null ? [column] : [],
    ),
  );
  return table.indexes.find((index) => {
    if (index.predicate === null || !index.valid || index.method !== candidate.method) return false;
    const words = new Set(index.predicate.match(/"(?:[^"]|"")+"|[\p{L}\p{N}_$]+/gu));
    const conditional = table.columns
      .map((column) => column.name)
      .filter((name) => words.has(name) || words.has(`"${name.replaceAll('"', '""')}"`));
    if (!conditional.some((name) => unknown.has(name))) return false;
    const held = new Set<string | null>([...conditional, ...index.keys.map((key) => key.column)]);
    return candidate.keys.every(({ column }) => column !== null && held.has(column));
  });
}
