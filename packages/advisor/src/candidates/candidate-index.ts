import { type IndexKey, type TableName, tableKey } from "../catalog/catalog.ts";

/** An index that does not exist yet. */
export interface CandidateIndex {
  readonly table: TableName;
  readonly method: string;
  readonly keys: readonly IndexKey[];
  readonly include: readonly string[];
  readonly predicate: string | null;
}

/** Equal for candidates that are the same index. */
export function candidateId(candidate: CandidateIndex): string {
  const keys = candidate.keys.map((key) =>
    [
      key.expression,
      key.direction,
      key.nulls,
      key.operatorClass ?? "",
      key.collation ?? "",
      key.prefix ?? "",
    ].join(" "),
  );
  return [
    tableKey(candidate.table),
    candidate.method,
    keys.join(","),
    candidate.include.join(","),
    candidate.predicate ?? "",
  ].join("\u0001");
}
