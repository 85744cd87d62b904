import type { Index, IndexKey } from "../catalog/catalog.ts";
import type { CandidateIndex } from "./candidate-index.ts";

/**
 * Whether an existing index already does what the candidate would: same leading keys in the same order, or all of them mirrored.
 * An invalid index counts: rebuilding it is the advice then, not a second one.
 */
export function isServedBy(candidate: CandidateIndex, index: Index): boolean {
  if (index.method !== candidate.method || index.predicate !== null) return false;
  if (candidate.predicate !== null || candidate.include.length > 0) return false;
  const leading = index.keys.slice(0, candidate.keys.length);
  if (leading.length < candidate.keys.length) return false;
  return (
    candidate.keys.every((key, position) => sameKey(key, leading[position], false)) ||
    candidate.keys.every((key, position) => sameKey(key, leading[position], true))
  );
}

function sameKey(wanted: IndexKey, existing: IndexKey | undefined, mirrored: boolean): boolean {
  if (existing === undefined) return false;
  const sameColumn =
    wanted.column === null
      ? wanted.expression === existing.expression
      : wanted.column === existing.column;
  return (
    sameColumn &&
    wanted.operatorClass === existing.operatorClass &&
    wanted.collation === existing.collation &&
    (wanted.direction === existing.direction) !== mirrored &&
    (wanted.nulls === existing.nulls) !== mirrored
  );
}
