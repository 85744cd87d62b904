import { type IndexKey, tableKey } from "../catalog/catalog.ts";
import type { CandidateIndex } from "./candidate-index.ts";
import type { ProposedIndex } from "./table-access.ts";

/**
 * One btree that serves both, where there is one: keys that are compared for equality may stand in any order, so the shorter
 * list can often lead the longer one. Holds what both include. `null` where each needs an order of its own.
 */
export function mergeCandidates(one: ProposedIndex, other: ProposedIndex): ProposedIndex | null {
  const [a, b] = [withStored(one), withStored(other)];
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
  const reorderable = Math.min(a.reorderable, b.reorderable);
  const stored = [...storedKeys(one), ...storedKeys(other)];
  if (stored.length === 0) return { candidate: { ...first, keys, include }, reorderable };
  const added = include.flatMap((column) => stored.find((key) => key.column === column) ?? []);
  const candidate: CandidateIndex = { ...first, keys: [...keys, ...added], include: [] };
  return { candidate, reorderable, stored: added.length };
}

/** The keys that are there only to be read. */
export function storedKeys({
  candidate,
  stored = 0,
}: Pick<ProposedIndex, "candidate" | "stored">): readonly IndexKey[] {
  return stored === 0 ? [] : candidate.keys.slice(-stored);
}

/** The same with those as included columns: their order does not matter. */
function withStored(proposed: ProposedIndex): ProposedIndex {
  const { candidate, stored = 0 } = proposed;
  const columns = storedKeys(proposed).flatMap(({ column }) => column ?? []);
  return stored === 0
    ? proposed
    : {
        ...proposed,
        candidate: { ...candidate, keys: candidate.keys.slice(0, -stored), include: columns },
      };
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
    a.collation === b.collation &&
    a.prefix === b.prefix
  );
}
