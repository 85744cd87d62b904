import {
  type Catalog,
  type Index,
  type IndexKey,
  rowIndexOf,
  type Table,
} from "../catalog/catalog.ts";
import type { NodeUsage } from "../catalog/snapshot.ts";
import { indexTree, type TableIndex } from "../catalog/partitions.ts";
import { indexCounters } from "./index-usage.ts";

/** Indexes of one table that do the same work: `keep` stays, the others can go. */
export interface DuplicateGroup {
  readonly keep: TableIndex;
  readonly extra: readonly TableIndex[];
}

/** Indexes of `table` that are the same in everything that reads or rules can see. Invalid ones are another finding. */
export function duplicateGroups(
  table: Table,
  catalog: Catalog,
  nodes: readonly NodeUsage[],
): readonly DuplicateGroup[] {
  const groups = new Map<string, TableIndex[]>();
  for (const index of table.indexes.filter((each) => each.valid && !each.building)) {
    const key = readSignature(index, table);
    groups.set(key, [...(groups.get(key) ?? []), { table, index }]);
  }
  return [...groups.values()].flatMap((group): readonly DuplicateGroup[] => {
    const ranked = group.toSorted((a, b) => compareWorth(a, b, catalog, nodes));
    const [keep, ...others] = ranked;
    const extra = keep
      ? others.filter(({ index }) => index.parent === null && doesTheWorkOf(keep.index, index))
      : [];
    return keep && extra.length > 0 ? [{ keep, extra }] : [];
  });
}

/**
 * Equal for indexes that answer the same reads in the same way. A btree reads backwards as well, so one whose first key
 * descends is turned round: (a DESC NULLS FIRST) equals (a), but (a DESC NULLS LAST) does not. Where each index ends with the
 * keys of the one that holds the rows, (a) equals (a, id); the one that holds the rows is equal only to one of the same keys.
 */
export function readSignature(index: Index, table: Table): string {
  const row = rowIndexOf(table);
  const own = keysText(index.keys, index);
  const holdsRows = row !== null && (index === row || own === keysText(row.keys, row));
  return JSON.stringify([
    index.method,
    holdsRows ? "rows" : keysText([...index.keys, ...impliedKeys(index, row)], index),
    index.include.toSorted(),
    index.predicate,
    UNORDERED.has(index.method) ? wordsOf(index) : null,
  ]);
}

/** An index that is not sorted says the same in any order of its keys. */
function keysText(keys: readonly IndexKey[], { method }: Index): string {
  const texts = forwardKeys(keys, method).map(keySignature);
  return (UNORDERED.has(method) ? texts.toSorted() : texts).join(" ");
}

/** Access methods that take their columns as a set. */
const UNORDERED: ReadonlySet<string> = new Set(["fulltext"]);

/** What stands behind the keys: how a text is told into words. */
function wordsOf({ definition }: Index): string {
  return definition.slice(definition.lastIndexOf(")") + 1).trim();
}

/** Keys that the index ends with without being told: those of the rows that it does not have itself. */
export function impliedKeys(index: Index, row: Index | null): readonly IndexKey[] {
  if (row === null || index === row || index.method !== "btree") return [];
  const own = new Set(
    index.keys.filter(({ prefix }) => prefix === undefined).map(({ column }) => column),
  );
  return row.keys.filter(({ column }) => !own.has(column));
}

/** The keys with the first one ascending, where the access method can be read in both directions. */
export function forwardKeys(keys: readonly IndexKey[], method: string): readonly IndexKey[] {
  if (method !== "btree" || keys[0]?.direction !== "desc") return keys;
  return keys.map((key) => ({
    ...key,
    direction: key.direction === "asc" ? "desc" : "asc",
    nulls: key.nulls === "first" ? "last" : "first",
  }));
}

/** Equal for keys that sort and compare alike. */
export function keySignature(key: IndexKey): string {
  return JSON.stringify([
    key.expression,
    key.operatorClass,
    key.collation,
    key.direction,
    key.nulls,
    ...(key.prefix === undefined ? [] : [key.prefix]),
  ]);
}

/** Whether every rule that `extra` enforces is enforced by `keep` too. */
function doesTheWorkOf(keep: Index, extra: Index): boolean {
  // Plans that use the one can't use one that is hidden from them.
  if (keep.visible === false && extra.visible !== false) return false;
  if (!extra.unique && extra.constraint === null) return true;
  return keep.unique && keep.nullsNotDistinct === extra.nullsNotDistinct && isAsStrict(keep, extra);
}

/** (a) unique says more than (a, id) unique, and the first ten letters more than the whole. */
function isAsStrict(keep: Index, extra: Index): boolean {
  return keep.keys.every((key) =>
    extra.keys.some(
      (other) =>
        other.expression === key.expression &&
        (key.prefix ?? Infinity) <= (other.prefix ?? Infinity),
    ),
  );
}

/** What must stay comes first; then what is scanned more; then the smaller; then the older-looking (shorter) name, so that runs agree. */
function compareWorth(
  a: TableIndex,
  b: TableIndex,
  catalog: Catalog,
  nodes: readonly NodeUsage[],
): number {
  const ranks = (of: TableIndex): readonly number[] => [
    Number(of.index.primary),
    Number(of.index.constraint !== null),
    Number(of.index.unique),
    of.index.unique ? -of.index.keys.length : 0,
    Number(of.index.visible !== false),
    // Attached to a partitioned index: it can't be dropped alone.
    Number(of.index.parent !== null),
    Number(of.index.replicaIdentity),
    Number(of.index.clustered),
    Number(of.index.expressionStatistics),
    nodes.reduce((sum, node) => sum + (indexCounters(of, node, catalog)?.scans ?? 0), 0),
    -indexTree(of, catalog).reduce((sum, part) => sum + part.index.pages, 0),
    -of.index.name.length,
  ];
  const other = ranks(b);
  const difference = ranks(a)
    .map((rank, position) => (other[position] ?? 0) - rank)
    .find((each) => each !== 0);
  return difference ?? (a.index.name < b.index.name ? -1 : 1);
}

/** Indexes that are to go because the target, or what is attached to it, does their work. */
export function twinsOf(
  target: TableIndex,
  catalog: Catalog,
  nodes: readonly NodeUsage[],
): readonly TableIndex[] {
  return indexTree(target, catalog).flatMap(
    ({ table, index }) =>
      duplicateGroups(table, catalog, nodes).find((group) => group.keep.index === index)?.extra ??
      [],
  );
}
