import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { type IndexKey, tableKey } from "../catalog/catalog.ts";

/**
 * By candidate, the numbers of those that do a part of its work at a part of its size: the same keys but fewer, from the
 * first one on or from any one that it holds alone, and no more included columns.
 */
export function narrowerIndexes(
  candidates: readonly CandidateIndex[],
): readonly (readonly number[])[] {
  const byTable = Map.groupBy(candidates.keys(), (number) => {
    const candidate = candidates[number];
    return candidate === undefined ? "" : `${tableKey(candidate.table)}\0${candidate.method}`;
  });
  return candidates.map((wide, number) => {
    const others = byTable.get(`${tableKey(wide.table)}\0${wide.method}`) ?? [];
    return others.filter((other) => {
      const narrow = candidates[other];
      return other !== number && narrow !== undefined && isPartOf(narrow, wide);
    });
  });
}

function isPartOf(narrow: CandidateIndex, wide: CandidateIndex): boolean {
  if (narrow.predicate !== wide.predicate) return false;
  const size = (candidate: CandidateIndex): number =>
    candidate.keys.length + candidate.include.length;
  if (size(narrow) >= size(wide)) return false;
  const held = new Set([...wide.keys.map((key) => key.column), ...wide.include]);
  if (!narrow.include.every((column) => held.has(column))) return false;
  const leads = narrow.keys.every((key, position) => isSameKey(key, wide.keys[position]));
  const [only, ...more] = narrow.keys;
  const inside =
    only !== undefined && more.length === 0 && wide.keys.some((key) => isSameKey(only, key));
  return leads || inside;
}

function isSameKey(a: IndexKey, b: IndexKey | undefined): boolean {
  return (
    b !== undefined &&
    a.expression === b.expression &&
    a.direction === b.direction &&
    a.nulls === b.nulls &&
    a.operatorClass === b.operatorClass &&
    a.collation === b.collation
  );
}
