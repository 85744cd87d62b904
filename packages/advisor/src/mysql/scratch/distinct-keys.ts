import type { CandidateIndex } from "../../candidates/candidate-index.ts";
import { estimatedRows, type Index, type IndexKey, type Table } from "../../catalog/catalog.ts";
import type { ColumnFacts } from "./column-values.ts";

/** Values that other tables' keys are: their tables have as many rows, and are told with as many of them. */
const WHOLE_VALUES = 1_000;

/**
 * Distinct values of an index's first columns as the copy's statistics say them: a look-up by a column of another table finds as
 * many rows as in production, unless there are few values: then each has its share of the rows. `k` is the table's own scale.
 */
export function scaledDistinct(distinct: number, made: number, k: number): number {
  const values = Math.max(distinct / k, Math.min(distinct, WHOLE_VALUES));
  return Math.max(1, Math.min(made, Math.round(values)));
}

/**
 * Distinct values of the first key of an index that does not exist yet, of its first two, ..., in production; the primary key's
 * columns follow its own. Ends where nothing is known.
 */
export function candidateDistinct(
  candidate: Pick<CandidateIndex, "keys">,
  table: Table,
  facts: ReadonlyMap<string, { readonly facts: ColumnFacts }>,
): readonly number[] {
  const rows = Math.max(1, estimatedRows(table));
  const primary = table.indexes.find((index) => index.primary)?.keys ?? [];
  const keys = [
    ...candidate.keys,
    ...primary.filter(({ column }) => !candidate.keys.some((key) => key.column === column)),
  ];
  const found: number[] = [];
  let before = 1;
  for (const [at, key] of keys.entries()) {
    const columns = keys.slice(0, at + 1);
    const known = knownDistinct(columns, table);
    const own = key.column === null || key.prefix !== undefined ? undefined : facts.get(key.column);
    if (known === null && own === undefined) break;
    const alone = own === undefined ? rows : own.facts.otherDistinct + own.facts.common.length;
    before = Math.max(before, known ?? drawnPairs(before, Math.max(1, alone), rows));
    found.push(Math.min(before, rows));
  }
  return found;
}

/** Different pairs among the rows, where the values of one column say nothing of the other's. */
function drawnPairs(one: number, other: number, rows: number): number {
  const pairs = one * other;
  if (one <= 1) return other;
  return pairs * -Math.expm1(-rows / pairs);
}

/** By an index that begins with the same columns in any order. */
function knownDistinct(keys: readonly IndexKey[], table: Table): number | null {
  if (keys.some(({ column, prefix }) => column === null || prefix !== undefined)) return null;
  const wanted = new Set(keys.map(({ column }) => column));
  for (const index of table.indexes) {
    const first = withRowKey(index, table).slice(0, keys.length);
    const distinct = index.prefixDistinct?.[keys.length - 1];
    if (
      distinct !== undefined &&
      first.length === keys.length &&
      first.every(({ column, prefix }) => prefix === undefined && wanted.has(column))
    )
      return distinct;
  }
  return null;
}

/** InnoDB's indexes end with the primary key's columns. */
function withRowKey(index: Index, table: Table): readonly IndexKey[] {
  const primary = table.indexes.find((one) => one.primary)?.keys ?? [];
  return [
    ...index.keys,
    ...primary.filter(({ column }) => !index.keys.some((key) => key.column === column)),
  ];
}
