import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { tableKey } from "../catalog/catalog.ts";
import type { TableUse } from "../workload/statement.ts";
import type { Query } from "../workload/workload.ts";

/**
 * Numbers of the candidates that a query's plan could use; the others would only be asked about in vain.
 * @param inUse existing indexes (`schema.name`) that its plan uses without any new one
 */
export function usableIndexes(
  query: Query,
  candidates: readonly {
    readonly candidate: CandidateIndex;
    /** Fingerprints of the queries it was made for. */
    readonly queries: readonly string[];
    /** Fingerprints of those that it is not to be judged by. */
    readonly undecided?: readonly string[];
    /** By fingerprint: existing indexes that make the candidate needless for a plan that uses them. */
    readonly rivals?: ReadonlyMap<string, readonly string[]>;
  }[],
  inUse: readonly string[] = [],
): readonly number[] {
  const uses = Map.groupBy(query.statement.tables, (use) => tableKey(use.table));
  return candidates.flatMap(({ candidate, queries, undecided = [], rivals }, number) => {
    if (undecided.includes(query.fingerprint)) return [];
    if (rivals?.get(query.fingerprint)?.some((name) => inUse.includes(name))) return [];
    const own = uses.get(tableKey(candidate.table)) ?? [];
    const usable =
      queries.includes(query.fingerprint) || own.some((use) => couldUse(use, candidate));
    return usable ? [number] : [];
  });
}

/** One of the keys is searched, joined, sorted or grouped by; or the index holds all that is read. */
function couldUse(use: TableUse, candidate: CandidateIndex): boolean {
  const wanted = new Set([
    ...use.predicates.map((predicate) => predicate.expression),
    ...use.predicates.flatMap((predicate) => predicate.column ?? []),
    ...use.order.flatMap((key) => [key.expression, key.column ?? ""]),
    ...use.group,
  ]);
  if (candidate.keys.some((key) => wanted.has(key.expression) || wanted.has(key.column ?? "")))
    return true;
  const held = new Set([...candidate.keys.map((key) => key.column), ...candidate.include]);
  return use.columns !== "*" && use.columns.every((column) => held.has(column));
}
