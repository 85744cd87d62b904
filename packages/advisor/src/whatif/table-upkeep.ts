import { type CandidateIndex, candidateId } from "../candidates/candidate-index.ts";
import { type Catalog, type Table, tableKey } from "../catalog/catalog.ts";
import { indexTree, storageTables } from "../catalog/partitions.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { Workload } from "../workload/workload.ts";
import { indexUpkeep } from "./index-upkeep.ts";
import type { IndexWrites, WrittenIndex } from "./index-writes.ts";
import { writeLoad } from "./write-load.ts";

export interface SizedCandidate {
  readonly candidate: CandidateIndex;
  readonly bytes: number;
}

/** Planner cost that the writes of one table pay, over the workload's time, for these further indexes. */
export type TableUpkeep = (table: string, added: readonly SizedCandidate[]) => number;

const PAGE_BYTES = 8192;

/** What the writes that the primary counted, or the workload holds, pay for indexes. */
export function tableUpkeep(
  snapshot: Snapshot,
  workload: Workload,
  writes: IndexWrites,
): TableUpkeep {
  const { catalog, nodes } = snapshot;
  const { queries, seconds } = workload;
  const tables = new Map(catalog.tables.map((table) => [tableKey(table), table]));
  const upkeeps = new Map<string, (added: readonly SizedCandidate[]) => number>();
  return (key, added) => {
    let upkeep = upkeeps.get(key);
    if (upkeep === undefined) {
      const table = tables.get(key);
      upkeep =
        table === undefined
          ? () => 0
          : ofTable(table, catalog, writes, writeLoad(table, { catalog, nodes, queries, seconds }));
      upkeeps.set(key, upkeep);
    }
    return upkeep(added);
  };
}

function ofTable(
  table: Table,
  catalog: Catalog,
  writes: IndexWrites,
  load: ReturnType<typeof writeLoad>,
): (added: readonly SizedCandidate[]) => number {
  const whole = withAllRows(table, catalog);
  const existing = table.indexes.map((index): WrittenIndex => {
    const pages = indexTree({ table, index }, catalog).reduce(
      (sum, part) => sum + part.index.pages,
      0,
    );
    return { ...index, table: whole, bytes: pages * PAGE_BYTES };
  });
  const upkeep = indexUpkeep(writes, load, existing);
  const written = new Map<string, WrittenIndex>();
  return (added) =>
    upkeep(
      added.map(({ candidate, bytes }) => {
        const id = candidateId(candidate);
        const one = written.get(id) ?? { ...candidate, table: whole, bytes };
        written.set(id, one);
        return one;
      }),
    );
}

/** A partitioned table with the rows and pages of its partitions; itself where it has its own. */
function withAllRows(table: Table, catalog: Catalog): Table {
  if (table.kind !== "partitioned") return table;
  const parts = storageTables(table, catalog);
  const sum = (of: (part: Table) => number): number =>
    parts.reduce((total, part) => total + Math.max(0, of(part)), 0);
  return {
    ...table,
    rows: sum((part) => part.rows),
    pages: sum((part) => part.pages),
    currentPages: sum((part) => part.currentPages),
  };
}
