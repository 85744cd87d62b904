import { PAGE_BYTES } from "./relation-files.ts";

const BTREE_MAGIC = 0x053162;
const BTREE_VERSION = 4;
/** `pd_pagesize_version`: 8192 bytes, layout version 4. */
const PAGE_LAYOUT = 0x2004;
const PAGE_HEADER_BYTES = 24;
const SPECIAL_BYTES = 16;
const LEAF = 1;
const ROOT = 2;
const META = 8;

/** The two tuples of the only leaf: keys of one value each, in the index's order, all further columns NULL. */
export interface LeafTuples {
  readonly values: readonly [Uint8Array, Uint8Array];
  /** Whether there are further columns. */
  readonly furtherColumns: boolean;
  readonly variableLength: boolean;
}

/**
 * The first pages of a btree of `height` levels above its leaves: the metapage, and one page a level from the root
 * (block 1) down to a leaf. The planner reads the height in the metapage, and goes down to the leaf when it asks
 * for a column's real ends; finding no tuples there, it keeps to the histogram.
 */
export function btreePages(
  height: number,
  allEqualImage: boolean,
  leaf: LeafTuples | null,
): Uint8Array {
  const bytes = new Uint8Array((height + 2) * PAGE_BYTES);
  writeMetapage(pageView(bytes, 0), height, allEqualImage);
  for (let level = height; level >= 0; level--) {
    const block = 1 + height - level;
    writeTreePage(pageView(bytes, block), level, level === height, level === 0 ? null : block + 1);
  }
  if (leaf !== null) writeLeafTuples(pageView(bytes, height + 1), leaf);
  return bytes;
}

function pageView(bytes: Uint8Array, block: number): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset + block * PAGE_BYTES, PAGE_BYTES);
}

function writeHeader(page: DataView, lower: number, upper: number): void {
  page.setUint16(12, lower, true);
  page.setUint16(14, upper, true);
  page.setUint16(16, PAGE_BYTES - SPECIAL_BYTES, true);
  page.setUint16(18, PAGE_LAYOUT, true);
}

function writeMetapage(page: DataView, height: number, allEqualImage: boolean): void {
  writeHeader(page, 72, PAGE_BYTES - SPECIAL_BYTES);
  page.setUint32(24, BTREE_MAGIC, true);
  page.setUint32(28, BTREE_VERSION, true);
  page.setUint32(32, 1, true);
  page.setUint32(36, height, true);
  page.setUint32(40, 1, true);
  page.setUint32(44, height, true);
  page.setFloat64(56, -1, true);
  page.setUint8(64, allEqualImage ? 1 : 0);
  page.setUint16(PAGE_BYTES - 4, META, true);
}

function writeTreePage(page: DataView, level: number, root: boolean, child: number | null): void {
  const special = PAGE_BYTES - SPECIAL_BYTES;
  const flags = (level === 0 ? LEAF : 0) | (root ? ROOT : 0);
  page.setUint32(special + 8, level, true);
  page.setUint16(special + 12, flags, true);
  if (child === null) {
    writeHeader(page, PAGE_HEADER_BYTES, special);
    return;
  }
  // One pivot tuple without key columns: "minus infinity", which leads every search to the child.
  const tuple = special - 8;
  writeHeader(page, PAGE_HEADER_BYTES + 4, tuple);
  page.setUint32(PAGE_HEADER_BYTES, tuple | (1 << 15) | (8 << 17), true);
  page.setUint16(tuple, child >>> 16, true);
  page.setUint16(tuple + 2, child & 0xffff, true);
  page.setUint16(tuple + 4, 0, true);
  page.setUint16(tuple + 6, 8 | 0x2000, true);
}

/** Row pointers of both lead to the heap's first page: the visibility map there spares the planner a look at the row. */
function writeLeafTuples(
  page: DataView,
  { values, furtherColumns, variableLength }: LeafTuples,
): void {
  let upper = PAGE_BYTES - SPECIAL_BYTES;
  for (const [position, value] of values.entries()) {
    const offset = furtherColumns ? 16 : 8;
    const size = Math.ceil((offset + value.length) / 8) * 8;
    upper -= size;
    page.setUint32(PAGE_HEADER_BYTES + 4 * position, upper | (1 << 15) | (size << 17), true);
    page.setUint16(upper + 4, position + 1, true);
    page.setUint16(
      upper + 6,
      size | (variableLength ? 0x4000 : 0) | (furtherColumns ? 0x8000 : 0),
      true,
    );
    // The NULL bitmap: only the first column has a value.
    if (furtherColumns) page.setUint8(upper + 8, 1);
    for (const [at, byte] of value.entries()) page.setUint8(upper + offset + at, byte);
  }
  writeHeader(page, PAGE_HEADER_BYTES + 4 * values.length, upper);
}

/** A visibility map's first page that says of the heap's first pages that all rows there are visible to all. */
export function visibilityPage(): Uint8Array {
  const bytes = new Uint8Array(PAGE_BYTES).fill(0xff, PAGE_HEADER_BYTES);
  const page = pageView(bytes, 0);
  page.setUint16(12, PAGE_HEADER_BYTES, true);
  page.setUint16(14, PAGE_BYTES, true);
  page.setUint16(16, PAGE_BYTES, true);
  page.setUint16(18, PAGE_LAYOUT, true);
  return bytes;
}
