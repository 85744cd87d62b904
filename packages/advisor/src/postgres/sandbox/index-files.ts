import type { Table } from "../../catalog/catalog.ts";
import { btreePages, type LeafTuples } from "./btree-pages.ts";
import type { FindEnds, StoredEnds } from "./column-ends.ts";
import { type BtreeSize, btreeHeight, estimateBtree } from "./index-size.ts";
import type { FindStatistics } from "../../catalog/find-statistics.ts";
import { btreeShape, type SandboxIndex } from "./index-shapes.ts";
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
  const shape = btreeShape(index, table, rows, find);
  const size =
    index.method === "btree"
      ? estimateBtree(shape)
      : { pages: otherPages(index.method, estimateBtree(shape), table), height: 0 };
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

/** Pages of the other access methods, by what an entry weighs beside a btree's. Rough: nothing tells more before a build. */
function otherPages(method: string, btree: BtreeSize, table: Table): number {
  if (method === "brin") return 3 + Math.ceil(table.currentPages / 128 / 250);
  if (method === "hash") return Math.max(4, Math.ceil(btree.pages * 1.3));
  if (method === "gist" || method === "spgist") return Math.max(2, Math.ceil(btree.pages * 1.5));
  return btree.pages;
}
