import type { IndexWrites, WrittenIndex } from "./index-writes.ts";
import type { WriteLoad } from "./write-load.ts";

/**
 * Cost, in the planner's unit, that the writes of one table pay for further indexes on it:
 *
 *     (inserts + updates not in place) * sum of the new indexes' entries
 *       + updates that are no longer in place * sum of all indexes' entries
 *
 * An update stays in place while it sets no indexed column. Which updates do is read from the workload's UPDATE statements, by
 * their rows; those that set a column of an existing index never were in place. Where the workload has none, none is lost.
 */
export function indexUpkeep(
  writes: IndexWrites,
  load: WriteLoad,
  existing: readonly WrittenIndex[],
): (added: readonly WrittenIndex[]) => number {
  const held = columnsOf(existing, writes);
  const inPlace = load.updating.filter(({ columns }) => !columns.some((each) => held.has(each)));
  const rows = inPlace.reduce((sum, statement) => sum + statement.rows, 0);
  const costOf = new Map<WrittenIndex, number>();
  const entries = (indexes: readonly WrittenIndex[]): number =>
    indexes.reduce((sum, index) => {
      const known = costOf.get(index) ?? writes.entryCost(index);
      costOf.set(index, known);
      return sum + known;
    }, 0);
  return (added) => {
    if (added.length === 0) return 0;
    const set = columnsOf(added, writes);
    const lostRows = inPlace.reduce(
      (sum, { columns, rows: some }) => sum + (columns.some((each) => set.has(each)) ? some : 0),
      0,
    );
    const lost = rows > 0 ? load.inPlace * (lostRows / rows) : 0;
    const own = (load.inserts + load.updates - load.inPlace) * entries(added);
    return own + (lost > 0 ? lost * (entries(added) + entries(existing)) : 0);
  };
}

function columnsOf(indexes: readonly WrittenIndex[], writes: IndexWrites): ReadonlySet<string> {
  const columns = new Set<string>();
  for (const index of indexes) {
    if (!writes.blocksInPlaceUpdates(index)) continue;
    for (const { name } of index.table.columns) {
      const named = index.keys.some(
        (key) => key.column === name || (key.column === null && mentions(key.expression, name)),
      );
      if (named || index.include.includes(name) || mentions(index.predicate ?? "", name))
        columns.add(name);
    }
  }
  return columns;
}

/** Whether SQL may name the column: quotes around it are no part of a word. */
function mentions(sql: string, column: string): boolean {
  return sql.split(/[^\p{L}\p{N}_$]+/u).includes(column) || sql.includes(`"${column}"`);
}
