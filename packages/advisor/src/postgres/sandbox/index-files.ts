import type { Table } from "../../catalog/catalog.ts";
import { btreePages, type LeafTuples } from "./btree-pages.ts";
import type { FindEnds, StoredEnds } from "./column-ends.ts";
import { expressionStatistics } from "./expression-statistics.ts";
import { ginKeys } from "./gin-keys.ts";
import { estimateGin, type KeyGroup } from "./gin-size.ts";
import { type BtreeSize, btreeHeight, estimateBtree } from "./index-size.ts";
import type { FindStatistics } from "../../catalog/find-statistics.ts";
import { btreeShape, type SandboxIndex, soleColumn } from "./index-shapes.ts";
import { PAGE_BYTES } from "./relation-files.ts";
import type { SandboxDatabase } from "./sandbox-database.ts";

/**
 * Gives an existing index its real length and, by that, its height. Must run before the planner first opens the index:
 * it would keep the empty index's first page.
 */
export async function restoreIndexFile(
  database: SandboxDatabase,
  index: SandboxIndex,
  table: Table,
  pages: number,
  find: FindStatistics,
  findEnds: FindEnds,
): Promise<void> {
  const rows = Math.max(1, table.rows);
  const height =
    index.method === "btree" ? btreeHeight(pages, btreeShape(index, table, rows, find)) : 0;
  writeIndexFile(database, index, { pages, height }, await findEnds(index));
}

/** Gives a new index of `rows` rows its estimated length; returns that in bytes. */
export async function createIndexFile(
  database: SandboxDatabase,
  index: SandboxIndex,
  table: Table,
  rows: number,
  find: FindStatistics,
  findEnds: FindEnds,
): Promise<number> {
  const ofExpressions = await expressionStatistics(database, index, table, find);
  const shape = btreeShape(index, table, rows, find, ofExpressions);
  const size =
    index.method === "btree"
      ? estimateBtree(shape)
      : {
          pages:
            index.method === "gin"
              ? await ginPages(database, index, table, rows, find)
              : otherPages(index, estimateBtree(shape), table),
          height: 0,
        };
  writeIndexFile(database, index, size, await findEnds(index));
  return size.pages * PAGE_BYTES;
}

function writeIndexFile(
  database: SandboxDatabase,
  index: SandboxIndex,
  { pages, height }: BtreeSize,
  ends: StoredEnds | null,
): void {
  if (index.path === null) return;
  if (index.method === "btree" && pages > 1) {
    const leaf = ends === null ? null : leafTuples(index, ends);
    database.files.writePages(index.path, btreePages(height, index.equalImage, leaf));
  }
  // Never shorter than what was made or written: an access method may read its own first pages.
  const least = index.method === "btree" ? (pages > 1 ? height + 2 : 1) : 1;
  database.files.setLength(index.path, Math.max(least, pages));
}

function leafTuples(index: SandboxIndex, { least, greatest }: StoredEnds): LeafTuples {
  const [first] = index.columns;
  return {
    values: first?.descending === true ? [greatest, least] : [least, greatest],
    furtherColumns: index.columns.length > 1,
    variableLength: first !== undefined && first.length < 0,
  };
}

async function ginPages(
  database: SandboxDatabase,
  index: SandboxIndex,
  table: Table,
  rows: number,
  find: FindStatistics,
): Promise<number> {
  const groups: KeyGroup[] = [];
  for (const [position, column] of index.columns.entries()) {
    const source = column.column ?? soleColumn(column.expression, table);
    const statistics = source === null ? undefined : find(table, source);
    const operatorClass = index.operatorClasses[position] ?? "";
    groups.push(...(await ginKeys(database, column, operatorClass, statistics, rows)));
  }
  return estimateGin({ groups, heapPages: table.currentPages });
}

/** Heap pages that a BRIN tuple sums up, where the index does not say otherwise. */
const RANGE_PAGES = 128;
/** Ranges that a page of the map of ranges has room for. */
const RANGES_PER_MAP_PAGE = 1360;

/** Pages of the other access methods. Of hash, GiST and SP-GiST by what an entry weighs beside a btree's: rough. */
function otherPages(index: SandboxIndex, btree: BtreeSize, table: Table): number {
  const { method } = index;
  if (method === "brin") {
    const ranges = Math.ceil(table.currentPages / RANGE_PAGES);
    const bytes = index.columns.reduce((sum, { length }) => sum + 2 * Math.max(8, length), 0);
    const perPage = Math.floor((PAGE_BYTES - 32) / (Math.ceil((8 + bytes) / 8) * 8 + 4));
    return 1 + Math.ceil(ranges / RANGES_PER_MAP_PAGE) + Math.ceil(ranges / perPage);
  }
  if (method === "hash") return Math.max(4, Math.ceil(btree.pages * 1.3));
  return Math.max(2, Math.ceil(btree.pages * 1.5));
}
