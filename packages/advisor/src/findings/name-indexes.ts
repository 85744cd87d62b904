import { type CandidateIndex, candidateId } from "../candidates/candidate-index.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { DdlWriter } from "../engine.ts";

/** One name for each proposed index: the same for the same index, and no two alike, so that all DDL of a report can be run. */
export function nameIndexes(
  ddl: DdlWriter,
  catalog: Catalog,
): (candidate: CandidateIndex) => string {
  const names = new Map<string, string>();
  return (candidate) => {
    const id = candidateId(candidate);
    const name = names.get(id) ?? ddl.indexName(candidate, catalog, new Set(names.values()));
    names.set(id, name);
    return name;
  };
}
