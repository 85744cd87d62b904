import { type IndexKey, tableKey } from "../catalog/catalog.ts";
import { candidateId } from "./candidate-index.ts";
import { mergeCandidates } from "./merge-candidates.ts";
import type { ProposedIndex } from "./table-access.ts";

/** Merged candidates on one table. */
const MAX_MERGED = 40;
/** Columns that a merged one may include. */
const MAX_INCLUDED = 6;

interface Wanted extends ProposedIndex {
  /** Fingerprints of the queries it was made for. */
  readonly queries: ReadonlySet<string>;
}

/**
 * Indexes that serve two candidates of different queries at once and are not among them. Pairs of equalities come in both
 * orders already: only longer lists have one to find, and those that include different columns.
 */
export function merged(candidates: readonly Wanted[]): readonly Wanted[] {
  const made = new Map<string, Wanted>();
  const known = new Set(candidates.map(({ candidate }) => candidateId(candidate)));
  const byTable = Map.groupBy(candidates, ({ candidate }) => tableKey(candidate.table));
  for (const group of byTable.values()) {
    let count = 0;
    for (const wide of group) {
      if (wide.reorderable < 3 && heldColumns(wide) === 0) continue;
      for (const other of group) {
        if (count >= MAX_MERGED) break;
        if (other === wide || !mayMerge(other, wide)) continue;
        const both = mergeCandidates(other, wide);
        if (both === null || heldColumns(both) > MAX_INCLUDED) continue;
        const id = candidateId(both.candidate);
        if (known.has(id)) continue;
        known.add(id);
        made.set(id, { ...both, queries: other.queries.union(wide.queries) });
        count += 1;
      }
    }
  }
  return [...made.values()];
}

function searchedKeys({ candidate, stored = 0 }: ProposedIndex): readonly IndexKey[] {
  return candidate.keys.slice(0, candidate.keys.length - stored);
}

function heldColumns({ candidate, stored = 0 }: ProposedIndex): number {
  return candidate.include.length + stored;
}

/** Another query's keys, all among the wide one's. */
function mayMerge(other: Wanted, wide: Wanted): boolean {
  const [own, all] = [searchedKeys(other), searchedKeys(wide)];
  if (own.length > all.length) return false;
  if (other.queries.isSubsetOf(wide.queries)) return false;
  const keys = new Set(all.map((key) => key.expression));
  return own.every((key) => keys.has(key.expression));
}
