import { estimatedRows, type Table } from "../catalog/catalog.ts";
import { type FindStatistics, statisticsFinder } from "../catalog/find-statistics.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { IndexWrites, WrittenIndex } from "../whatif/index-writes.ts";
import { costConstants, INNODB_PAGE } from "./cost-constants.ts";
import { serverTraits } from "./server-traits.ts";

/** Letters of a word and the space behind it. */
const WORD = 6;
/** Text of a value where no statistics tell. */
const USUAL_TEXT = 100;

/**
 * What one entry costs, by the constants that the server plans with: the search for its place, the entry going in and later out, and its
 * share of a leaf page. Entries in the table's order share a page, all others read one each; see docs/mysql-planner.md.
 */
export function mysqlIndexWrites(snapshot: Snapshot): IndexWrites {
  const constants = costConstants(snapshot);
  const find = statisticsFinder(snapshot);
  const buffers = buffersChanges(snapshot);
  return {
    entryCost(index) {
      const rows = Math.max(1, estimatedRows(index.table));
      const search = Math.ceil(Math.log2(rows + 1)) * constants.compare;
      const order = correlation(index, find) ** 2;
      const shared = Math.min(1, index.bytes / rows / INNODB_PAGE);
      const pages = order * shared + (1 - order);
      // Buffered changes wait until the page is read anyway, or many are for it.
      const page = buffers && !isUnique(index) ? constants.page(0) : constants.page(index.bytes);
      return (search + 2 * constants.row + pages * page) * entriesPerRow(index, find);
    },
    // Each index is written for itself: an update leaves those alone whose columns it does not set.
    blocksInPlaceUpdates: () => false,
  };
}

/** MySQL before 8.4 buffers changes of pages that are not in memory by default; MariaDB does not since 10.6.7. */
function buffersChanges({ server, settings }: Snapshot): boolean {
  const set = settings["innodb_change_buffering"];
  if (set !== undefined) return set !== "none";
  const { product, versionNumber } = serverTraits(server);
  return product === "MySQL" && versionNumber < 80_400;
}

/** A unique index has to look at the page at once. */
function isUnique({ table, keys }: WrittenIndex): boolean {
  const wanted = keys.map(({ expression }) => expression).join();
  return table.indexes.some(
    (index) => index.unique && index.keys.map(({ expression }) => expression).join() === wanted,
  );
}

function correlation({ table, keys, method }: WrittenIndex, find: FindStatistics): number {
  const first = keys[0]?.column ?? null;
  return method === "btree" && first !== null ? (find(table, first)?.correlation ?? 0) : 0;
}

/** A fulltext index has an entry for each word. */
function entriesPerRow({ table, keys, method }: WrittenIndex, find: FindStatistics): number {
  if (method !== "fulltext") return 1;
  const text = keys.reduce((sum, { column }) => sum + textBytes(table, column, find), 0);
  return Math.max(1, text / WORD);
}

function textBytes(table: Table, column: string | null, find: FindStatistics): number {
  return column === null ? USUAL_TEXT : (find(table, column)?.averageWidth ?? USUAL_TEXT);
}
