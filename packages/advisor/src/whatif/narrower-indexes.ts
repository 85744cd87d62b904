import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { type IndexKey, tableKey } from "../catalog/catalog.ts";

/** Numbers of the candidates that do a part of another's work at a part of its size. */
export interface NarrowerIndexes {
  /** `(a)` and `(b)` of `(a, b)`: fewer of its keys from the first one on, or any one of them alone; no more included columns. */
  readonly parts: readonly number[];
  /** `(a)` of `(a, b)`: those of the parts that find rows in the same way. */
  readonly prefixes: readonly number[];
}

/** By candidate. */
export function narrowerIndexes(candidates: readonly CandidateIndex[]): readonly NarrowerIndexes[] {
  const byTable = Map.groupBy(candidates.keys(), (number) => {
    const candidate = candidates[number];
    return candidate === undefined ? "" : `${tableKey(candidate.table)}\0${candidate.method}`;
  });
  return candidates.map((wide, number) => {
    const others = byTable.get(`${tableKey(wide.table)}\0${wide.method}`) ?? [];
    const parts = others.filter((other) => {
      const narrow = candidates[other];
      return other !== number && narrow !== undefined && isPartOf(narrow, wide);
    });
    const prefixes = parts.filter((part) => leads(candidates[part], wide));
    return { parts, prefixes };
  });
}

function isPartOf(narrow: CandidateIndex, wide: CandidateIndex): boolean {
  if (narrow.predicate !== wide.predicate) return false;
  const size = (candidate: CandidateIndex): number =>
    candidate.keys.length + candidate.include.length;
  if (size(narrow) >= size(wide)) return false;
  const held = new Set([...wide.keys.map((key) => key.column), ...wide.include]);
  if (!narrow.include.every((column) => held.has(column))) return false;
  const [only, ...more] = narrow.keys;
  const inside =
    only !== undefined && more.length === 0 && wide.keys.some((key) => isSameKey(only, key));
  return inside || leads(narrow, wide);
}

function leads(narrow: CandidateIndex | undefined, wide: CandidateIndex): boolean {
  return narrow?.keys.every((key, position) => isSameKey(key, wide.keys[position])) ?? false;
}

function isSameKey(a: IndexKey, b: IndexKey | undefined): boolean {
  return (
    b !== undefined &&
    a.expression === b.expression &&
    a.direction === b.direction &&
    a.nulls === b.nulls &&
    a.operatorClass === b.operatorClass &&
    a.collation === b.collation &&
    a.prefix === b.prefix
  );
}
