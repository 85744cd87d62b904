import { type Catalog, type Table, tableKey } from "../catalog/catalog.ts";
import {
  indexTableName,
  indexTree,
  storageTables,
  type TableIndex,
} from "../catalog/partitions.ts";
import { type IndexHistory, indexHistory, type UsageHistory } from "../catalog/usage-history.ts";
import type { IndexUsage, NodeUsage, TableUsage } from "../catalog/snapshot.ts";

/** Days that counters must cover before their silence means anything: shorter misses what runs once a week. */
export const MINIMUM_STATISTICS_DAYS = 7;

const DAY_MS = 86_400_000;

/** Counters of one index on one server; of a partitioned index, the sum over its partitions' indexes. */
export interface IndexCounters {
  readonly scans: number;
  readonly tuplesRead: number;
  /** ISO time; `null` where never scanned or not known. */
  readonly lastScan: string | null;
}

/** `null` where the server has no counter for a part of the index: then nothing is known, not zero. */
export function indexCounters(
  index: TableIndex,
  node: NodeUsage,
  catalog: Catalog,
): IndexCounters | null {
  // A partitioned index has no storage and no counters of its own.
  const parts = indexTree(index, catalog).filter(({ table }) => table.kind !== "partitioned");
  let sum: IndexCounters = { scans: 0, tuplesRead: 0, lastScan: null };
  for (const part of parts) {
    const usage = usageByIndex(node).get(tableKey(indexTableName(part)));
    if (!usage) return null;
    sum = {
      scans: sum.scans + usage.scans,
      tuplesRead: sum.tuplesRead + usage.tuplesRead,
      lastScan: later(sum.lastScan, usage.lastScan),
    };
  }
  return sum;
}

const countersOfNodes = new WeakMap<NodeUsage, ReadonlyMap<string, IndexUsage>>();

/** Found once: a server may have many thousands of indexes. */
function usageByIndex(node: NodeUsage): ReadonlyMap<string, IndexUsage> {
  let found = countersOfNodes.get(node);
  if (found === undefined) {
    found = new Map(node.indexes.map((usage) => [tableKey(usage.index), usage]));
    countersOfNodes.set(node, found);
  }
  return found;
}

/** Counters of one table, or the sum over its partitions. `null` where a part has none. */
export function tableCounters(
  table: Table,
  node: NodeUsage,
  catalog: Catalog,
): Pick<TableUsage, "inserts" | "updates" | "deletes"> | null {
  let sum = { inserts: 0, updates: 0, deletes: 0 };
  for (const part of storageTables(table, catalog)) {
    const usage = node.tables.find((each) => tableKey(each.table) === tableKey(part));
    if (!usage) return null;
    sum = {
      inserts: sum.inserts + usage.inserts,
      updates: sum.updates + usage.updates,
      deletes: sum.deletes + usage.deletes,
    };
  }
  return sum;
}

/**
 * Days that a server's counters cover. Where it does not know when they began, its oldest remembered event proves a
 * least age: `exact` is false then. A server that remembers nothing has age 0, not exact.
 */
export function statisticsAge(node: NodeUsage): { readonly days: number; readonly exact: boolean } {
  const captured = Date.parse(node.capturedAt);
  const daysSince = (time: string): number => Math.max(0, (captured - Date.parse(time)) / DAY_MS);
  if (node.since !== null) return { days: daysSince(node.since), exact: true };
  const events = [
    ...node.tables.map((table) => table.lastAnalyze),
    ...node.indexes.map((index) => index.lastScan),
  ];
  const ages = events.flatMap((time) => (time === null ? [] : [daysSince(time)]));
  return { days: ages.reduce((oldest, age) => Math.max(oldest, age), 0), exact: false };
}

/** What the history says about an index on one server; `null` where there is none, or it does not have the index. */
export function historyOf(
  index: TableIndex,
  node: string,
  catalog: Catalog,
  history: UsageHistory | undefined,
): IndexHistory | null {
  const spans = history?.get(node);
  if (spans === undefined) return null;
  const parts = indexTree(index, catalog).filter(({ table }) => table.kind !== "partitioned");
  return indexHistory(
    spans,
    parts.map((part) => tableKey(indexTableName(part))),
  );
}

function later(a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(a) >= Date.parse(b) ? a : b;
}
