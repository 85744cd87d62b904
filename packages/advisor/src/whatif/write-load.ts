import { type Catalog, type Table, tableKey } from "../catalog/catalog.ts";
import { storageTables } from "../catalog/partitions.ts";
import type { NodeUsage, TableUsage } from "../catalog/snapshot.ts";
import type { Query } from "../workload/workload.ts";

/** Rows of one table that were written in the time that the workload covers. */
export interface WriteLoad {
  readonly inserts: number;
  readonly updates: number;
  /** Of `updates`, those that wrote no index entry since no indexed column was set and the page had room. */
  readonly inPlace: number;
  /** UPDATE statements of the workload: which columns they set, and how many rows. */
  readonly updating: readonly { readonly columns: readonly string[]; readonly rows: number }[];
}

/**
 * Writes of one table over the workload's time. Counted by the primary where its counters are at least a day old, and the
 * workload's length is known; else as many as the workload's own statements wrote. The share of updates in place is the counters' in either case.
 */
export function writeLoad(
  table: Table,
  parts: {
    readonly catalog: Catalog;
    readonly nodes: readonly NodeUsage[];
    readonly queries: readonly Query[];
    /** Seconds that the workload covers; `undefined` where not known. */
    readonly seconds: number | undefined;
  },
): WriteLoad {
  const { catalog, nodes, queries, seconds } = parts;
  const key = tableKey(table);
  const statements = queries.flatMap(({ statement, rows, calls }) => {
    const written = statement.tables.filter(
      (use) => tableKey(use.table) === key && use.written.length > 0,
    );
    return written.map((use) => ({
      kind: statement.kind,
      columns: use.written,
      rows: rows ?? calls,
    }));
  });
  const rowsOf = (kind: string): number =>
    statements.reduce((sum, each) => sum + (each.kind === kind ? each.rows : 0), 0);
  const updating = statements.filter((statement) => statement.kind === "update");
  const node = nodes.find((each) => each.role === "primary");
  const counted = node === undefined ? null : countersOf(table, catalog, node);
  const inPlaceShare = counted !== null && counted.updates > 0 ? counted.hot / counted.updates : 0;
  const age = node === undefined ? null : ageSeconds(node);
  if (counted === null || age === null || seconds === undefined) {
    const updates = rowsOf("update");
    return { inserts: rowsOf("insert"), updates, inPlace: updates * inPlaceShare, updating };
  }
  const scale = seconds / age;
  return {
    inserts: counted.inserts * scale,
    updates: counted.updates * scale,
    inPlace: counted.hot * scale,
    updating,
  };
}

/** Younger counters are mostly of loading data, not of the workload. */
const MINIMUM_SECONDS = 86_400;

/** Seconds that the node's counters cover; `null` where it does not know since when, or where they are too young. */
function ageSeconds({ since, capturedAt }: NodeUsage): number | null {
  if (since === null) return null;
  const seconds = (Date.parse(capturedAt) - Date.parse(since)) / 1000;
  return seconds >= MINIMUM_SECONDS ? seconds : null;
}

function countersOf(
  table: Table,
  catalog: Catalog,
  node: NodeUsage,
): { readonly inserts: number; readonly updates: number; readonly hot: number } | null {
  const stored = new Set(storageTables(table, catalog).map(tableKey));
  const usages = node.tables.filter((usage) => stored.has(tableKey(usage.table)));
  if (usages.length < stored.size) return null;
  const sum = (of: (usage: TableUsage) => number): number =>
    usages.reduce((total, usage) => total + of(usage), 0);
  return {
    inserts: sum((usage) => usage.inserts),
    updates: sum((usage) => usage.updates),
    hot: sum((usage) => usage.hotUpdates),
  };
}
