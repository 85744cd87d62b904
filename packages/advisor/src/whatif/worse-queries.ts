import { tableKey } from "../catalog/catalog.ts";
import type { Query } from "../workload/workload.ts";
import type { ChosenIndex, PlannedQuery } from "./select-indexes.ts";
import type { TableUpkeep } from "./table-upkeep.ts";

/** A query that costs more with the chosen indexes. */
export interface WorseQuery {
  readonly query: Query;
  /** `plan`: the planner's choice is dearer. `upkeep`: it writes to tables that get indexes. */
  readonly cause: "plan" | "upkeep";
  /** Weighted cost that it adds to the workload's: milliseconds where times are known. */
  readonly added: number;
  /** Its share of the workload's cost today. */
  readonly share: number;
  /** Planner's cost of one execution. Plans of writes leave the work on indexes out: `after` has that of the new ones added. */
  readonly costBefore: number;
  readonly costAfter: number;
}

/** Relative rise of a plan's cost that is worth telling. */
const MINIMUM_RISE = 0.01;

export function worseQueries(
  planned: readonly PlannedQuery[],
  chosen: readonly ChosenIndex[],
  upkeep: TableUpkeep,
  usual: number,
): readonly WorseQuery[] {
  const byTable = Map.groupBy(chosen, ({ candidate }) => tableKey(candidate.table));
  const paid = new Map([...byTable].map(([table, added]) => [table, upkeep(table, added)]));
  const total = planned.reduce((sum, { before, weight }) => sum + before.cost * weight, 0);
  const rowsWritten = new Map<string, number>();
  for (const { query } of planned)
    for (const table of writtenTables(query))
      rowsWritten.set(table, (rowsWritten.get(table) ?? 0) + rowsOf(query));
  const worse: WorseQuery[] = [];
  for (const { query, weight, before, after } of planned) {
    // The table's writes pay together; each statement by the rows that it wrote.
    const units = writtenTables(query).reduce((sum, table) => {
      const rows = rowsWritten.get(table) ?? 0;
      return rows > 0 ? sum + ((paid.get(table) ?? 0) * rowsOf(query)) / rows : sum;
    }, 0);
    const added = (after.cost - before.cost) * weight + units * usual;
    const share = total > 0 ? (before.cost * weight) / total : 0;
    const costBefore = before.cost;
    if (units > 0 && added > 0) {
      const costAfter = after.cost + units / Math.max(1, query.calls);
      worse.push({ query, cause: "upkeep", added, share, costBefore, costAfter });
    } else if (after.cost > before.cost * (1 + MINIMUM_RISE)) {
      worse.push({ query, cause: "plan", added, share, costBefore, costAfter: after.cost });
    }
  }
  return worse.toSorted((a, b) => b.added - a.added);
}

function writtenTables({ statement }: Query): readonly string[] {
  if (statement.kind !== "insert" && statement.kind !== "update" && statement.kind !== "merge")
    return [];
  return statement.tables.filter((use) => use.written.length > 0).map((use) => tableKey(use.table));
}

function rowsOf({ rows, calls }: Query): number {
  return rows ?? calls;
}
