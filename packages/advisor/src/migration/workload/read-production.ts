import { estimatedRows, type Table, type TableName, tableKey } from "../../catalog/catalog.ts";
import { findTable, indexTree, storageTables, tableFamily } from "../../catalog/partitions.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Query, Workload } from "../../workload/workload.ts";
import type { ProductionTable } from "../production.ts";

const PAGE_BYTES = 8192;
const DAY_SECONDS = 86_400;

/**
 * Sizes of production's tables by its snapshot, partitions counted with the table that they are of, and how often the workload
 * reads and writes them. `null` for a table that the snapshot does not have.
 */
export function readProduction(
  snapshot: Snapshot,
  workload: Workload | null,
): (table: TableName) => ProductionTable | null {
  const { catalog } = snapshot;
  const known = new Map<string, ProductionTable>();
  return (name) => {
    const table = findTable(name, catalog);
    if (table === undefined) return null;
    let production = known.get(tableKey(table));
    if (production === undefined) {
      production = { ...sizeOf(table, snapshot), ...trafficOf(table, snapshot, workload) };
      known.set(tableKey(table), production);
    }
    return production;
  };
}

function sizeOf(
  table: Table,
  { catalog }: Snapshot,
): Pick<ProductionTable, "rows" | "bytes" | "indexBytes"> {
  const parts = storageTables(table, catalog);
  const sum = (of: (part: Table) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  const indexPages = table.indexes
    .flatMap((index) => indexTree({ table, index }, catalog))
    .concat(parts.filter((part) => part !== table).flatMap(ownIndexes))
    .reduce((total, { index }) => total + index.pages, 0);
  return {
    rows: sum((part) => Math.max(0, estimatedRows(part))),
    bytes: sum((part) => part.currentPages) * PAGE_BYTES,
    indexBytes: indexPages * PAGE_BYTES,
  };
}

/** Indexes of a partition that no index of the partitioned table has below it. */
function ownIndexes(table: Table): ReturnType<typeof indexTree> {
  return table.indexes.filter(({ parent }) => parent === null).map((index) => ({ table, index }));
}

function trafficOf(
  table: Table,
  { catalog }: Snapshot,
  workload: Workload | null,
): Pick<ProductionTable, "readsPerDay" | "writesPerDay"> {
  const { seconds } = workload ?? {};
  if (workload === null || seconds === undefined || seconds <= 0)
    return { readsPerDay: null, writesPerDay: null };
  const family = tableFamily(table, catalog);
  const daily = (isWanted: (query: Query) => boolean): number =>
    (workload.queries.reduce((sum, query) => sum + (isWanted(query) ? query.calls : 0), 0) *
      DAY_SECONDS) /
    seconds;
  return {
    writesPerDay: daily((query) => writes(query, family)),
    readsPerDay: daily((query) => uses(query, family) && !writes(query, family)),
  };
}

function uses({ statement }: Query, family: ReadonlySet<string>): boolean {
  return statement.tables.some(({ table }) => family.has(tableKey(table)));
}

function writes({ statement }: Query, family: ReadonlySet<string>): boolean {
  const [target] = statement.tables;
  const isTarget = target !== undefined && family.has(tableKey(target.table));
  return (
    (statement.kind !== "select" && isTarget) ||
    statement.tables.some(({ table, written }) => written.length > 0 && family.has(tableKey(table)))
  );
}
