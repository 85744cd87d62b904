import { type CandidateIndex, candidateId } from "../candidates/candidate-index.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { DdlWriter } from "../engine.ts";

/** One name for each proposed index: the same for the same index, and no two alike, so that all DDL of a report can be run. */
export function nameIndexes(
  ddl: DdlWriter,
  catalog: Catalog,
): (candidate: CandidateIndex) => string {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  return (candidate) => {
    const id = candidateId(candidate);
    const known = names.get(id);
    if (known !== undefined) return known;
    const name = ddl.indexName(candidate, catalog, taken);
    names.set(id, name);
    for (const each of ddl.indexNames(candidate, name, catalog)) taken.add(each);
    return name;
  };
}
