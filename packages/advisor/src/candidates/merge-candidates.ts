import { type IndexKey, tableKey } from "../catalog/catalog.ts";
import type { CandidateIndex } from "./candidate-index.ts";
import type { ProposedIndex } from "./table-access.ts";

/**
 * One btree that serves both, where there is one: keys that are compared for equality may stand in any order, so the shorter
 * list can often lead the longer one. Holds what both include. `null` where each needs an order of its own.
 */
export function mergeCandidates(a: ProposedIndex, b: ProposedIndex): ProposedIndex | null {
  const [first, second] = [a.candidate, b.candidate];
  if (first.method !== "btree" || second.method !== "btree") return null;
  if (tableKey(first.table) !== tableKey(second.table)) return null;
  if (first.predicate !== second.predicate) return null;
  const keys: IndexKey[] = [];
  const most = Math.max(first.keys.length, second.keys.length);
  while (keys.length < most) {
    const next = nextKey(remainingHead(a, keys), remainingHead(b, keys));
    if (next === null) return null;
    keys.push(next);
  }
  const columns = new Set(keys.map((key) => key.column));
  const include = [...new Set([...first.include, ...second.include])].filter(
    (column) => !columns.has(column),
  );
  const candidate: CandidateIndex = { ...first, keys, include };
  return { candidate, reorderable: Math.min(a.reorderable, b.reorderable) };
}

/** Keys that may come next for one side; `null` where all of its keys are placed, so that any may. */
function remainingHead(
  { candidate, reorderable }: ProposedIndex,
  placed: readonly IndexKey[],
): readonly IndexKey[] | null {
  if (placed.length >= candidate.keys.length) return null;
  if (placed.length >= reorderable) return candidate.keys.slice(placed.length, placed.length + 1);
  return candidate.keys
    .slice(0, reorderable)
    .filter((key) => !placed.some((other) => isSameKey(key, other)));
}

function nextKey(a: readonly IndexKey[] | null, b: readonly IndexKey[] | null): IndexKey | null {
  if (a === null || b === null) return (a ?? b)?.[0] ?? null;
  return a.find((key) => b.some((other) => isSameKey(key, other))) ?? null;
}

function isSameKey(a: IndexKey, b: IndexKey): boolean {
  return (
    a.expression === b.expression &&
    a.direction === b.direction &&
    a.nulls === b.nulls &&
    a.operatorClass === b.operatorClass &&
    a.collation === b.collation
  );
}
