import { PAGE_BYTES } from "./relation-files.ts";

/** What one stored column of an index holds, as far as its size goes. */
export interface IndexColumn {
  /** Bytes of a fixed-length type; `-1` for variable length. */
  readonly length: number;
  /** 1, 2, 4 or 8. */
  readonly alignment: number;
  /** Widths in bytes of typical values (a varying type's header counted), each as likely as the others. */
  readonly widths: readonly number[];
  readonly nullFraction: number;
  /** Distinct values that are not null. */
  readonly distinct: number;
  /** Shares of all rows that the most common values have. */
  readonly commonFrequencies: readonly number[];
}

export interface BtreeShape {
  readonly rows: number;
  readonly keys: readonly IndexColumn[];
  readonly include: readonly IndexColumn[];
  /** Whether equal keys share a posting list: not for unique indexes, INCLUDE, numeric, floats, jsonb. */
  readonly deduplicates: boolean;
}

export interface BtreeSize {
  readonly pages: number;
  /** Levels above the leaves. */
  readonly height: number;
}

const TUPLE_HEADER = 8;
/** Header with the NULL bitmap, aligned. */
const TUPLE_HEADER_WITH_NULLS = 16;
const LINE_POINTER = 4;
const TUPLE_ID = 6;
/** A pivot between equal keys carries a tuple id. */
const PIVOT_TUPLE_ID = 8;
/** Page without header (24), special area (16) and the high key's line pointer. */
const USABLE = PAGE_BYTES - 24 - 16 - LINE_POINTER;
const LEAF_FREE = Math.floor((PAGE_BYTES * 10) / 100);
const INNER_FREE = Math.floor((PAGE_BYTES * 30) / 100);
/** A posting list is built up to a tenth of a page. */
const LARGEST_POSTING = align(Math.floor(PAGE_BYTES / 10) - 7, 8) - LINE_POINTER;
const SAMPLES = 128;

/** Pages and height of a btree as CREATE INDEX builds it: leaves filled to 90 %, inner pages to 70 %. */
export function estimateBtree(shape: BtreeShape): BtreeSize {
  if (shape.rows < 1) return { pages: 1, height: 0 };
  const sizes = tupleSizes([...shape.keys, ...shape.include]);
  const size = mean(sizes);
  const even = sizes.every((one) => one === size);
  const { bytes, items } = shape.deduplicates
    ? deduplicated(shape, size)
    : { bytes: shape.rows * (size + LINE_POINTER), items: shape.rows };
  const perLeaf = itemsPerPage(USABLE - LEAF_FREE, bytes / items, even && !shape.deduplicates);
  const leaves = Math.max(1, Math.ceil(items / perLeaf));
  return withInnerPages(leaves, innerFanOut(shape));
}

/** Height of an existing btree of `pages` pages. */
export function btreeHeight(pages: number, shape: BtreeShape): number {
  const fanOut = innerFanOut(shape);
  // The leaves are all pages but the metapage and about one in `fanOut`.
  const leaves = Math.max(1, Math.round((pages - 1) * (1 - 1 / fanOut)));
  return withInnerPages(leaves, fanOut).height;
}

function withInnerPages(leaves: number, fanOut: number): BtreeSize {
  let pages = 1 + leaves;
  let height = 0;
  for (let level = leaves; level > 1; height++) {
    level = Math.ceil(level / fanOut);
    pages += level;
  }
  return { pages, height };
}

/** Children of an inner page. A pivot keeps only the leading columns that tell its two sides apart. */
function innerFanOut(shape: BtreeShape): number {
  let size = 0;
  let same = 1;
  let prefix: IndexColumn[] = [];
  let groups = 1;
  for (const key of shape.keys) {
    prefix = [...prefix, key];
    groups = Math.min(shape.rows, groups * Math.max(1, key.distinct));
    // Chance that two neighbours differ first in this column.
    const differ = Math.min(same, Math.max(0, groups / Math.max(1, shape.rows) - (1 - same)));
    size += differ * mean(tupleSizes(prefix));
    same -= differ;
  }
  size += same * (mean(tupleSizes(prefix)) + PIVOT_TUPLE_ID);
  return Math.max(2, itemsPerPage(USABLE - INNER_FREE, size + LINE_POINTER, false));
}

/** A page takes items until less than the wanted room is free; the last one then moves on to the next page. */
function itemsPerPage(room: number, item: number, even: boolean): number {
  return Math.max(1, even ? Math.ceil(room / item) - 1 : room / item - 0.5);
}

/** Sizes of sample tuples: widths are combined evenly, the same way each time. */
function tupleSizes(columns: readonly IndexColumn[]): readonly number[] {
  return Array.from({ length: SAMPLES }, (_, sample) => {
    let nulls = false;
    let bytes = 0;
    for (const [position, column] of columns.entries()) {
      const draw = ((sample + 0.5) * (0.618_034 + 0.1 * position)) % 1;
      if (draw < column.nullFraction) {
        nulls = true;
        continue;
      }
      const at =
        column.nullFraction < 1 ? (draw - column.nullFraction) / (1 - column.nullFraction) : 0;
      const width = column.widths[Math.floor(at * column.widths.length)] ?? 0;
      // Short variable-length values have a one-byte header and no alignment.
      const alignment = column.length < 0 && width <= 127 ? 1 : column.alignment;
      bytes = align(bytes, alignment) + width;
    }
    return align((nulls ? TUPLE_HEADER_WITH_NULLS : TUPLE_HEADER) + bytes, 8);
  });
}

interface Leaves {
  readonly bytes: number;
  readonly items: number;
}

function deduplicated(shape: BtreeShape, size: number): Leaves {
  let bytes = 0;
  let items = 0;
  for (const { groups, rows } of equalGroups(shape)) {
    const one = groupLeaves(rows, size);
    bytes += groups * one.bytes;
    items += groups * one.items;
  }
  return { bytes, items: Math.max(1, items) };
}

/** Groups of equal keys by their size. Columns are taken as independent. */
function equalGroups({
  keys,
  rows,
}: BtreeShape): readonly { readonly groups: number; readonly rows: number }[] {
  const [first] = keys;
  if (keys.length !== 1 || first === undefined) {
    const distinct = keys.reduce(
      (product, key) => product * Math.max(1, key.distinct + (key.nullFraction > 0 ? 1 : 0)),
      1,
    );
    // Of many possible combinations, only those that rows fall on exist.
    const groups = distinct > rows * 100 ? rows : distinct * -Math.expm1(-rows / distinct);
    return [{ groups, rows: rows / groups }];
  }
  const common = [...first.commonFrequencies, first.nullFraction].filter((share) => share > 0);
  const restShare = Math.max(0, 1 - common.reduce((sum, share) => sum + share, 0));
  const restGroups = Math.min(
    rows * restShare,
    Math.max(0, first.distinct - first.commonFrequencies.length),
  );
  return [
    ...common.map((share) => ({ groups: 1, rows: share * rows })),
    ...(restGroups > 0
      ? [{ groups: restGroups, rows: Math.max(1, (restShare * rows) / restGroups) }]
      : []),
  ];
}

/** Leaf bytes of one group of equal keys whose size spreads around `rows` as chance spreads it. */
function groupLeaves(rows: number, size: number): Leaves {
  if (rows > 60) return postingLists(Math.round(rows), size);
  // Poisson without zero: its mean is rate / (1 - exp(-rate)).
  let rate = rows;
  for (let step = 0; step < 40; step++) rate = rows * -Math.expm1(-rate);
  if (rate < 1e-3) return postingLists(1, size);
  let probability = (rate * Math.exp(-rate)) / -Math.expm1(-rate);
  let bytes = 0;
  let items = 0;
  for (let count = 1; count < 200; count++) {
    const one = postingLists(count, size);
    bytes += probability * one.bytes;
    items += probability * one.items;
    probability *= rate / (count + 1);
  }
  return { bytes, items };
}

function postingLists(rows: number, size: number): Leaves {
  const most = Math.max(1, Math.floor((LARGEST_POSTING - size) / TUPLE_ID));
  const full = Math.floor(rows / most);
  const rest = rows % most;
  const bytes =
    full * (posting(most, size) + LINE_POINTER) +
    (rest > 0 ? posting(rest, size) + LINE_POINTER : 0);
  return { bytes, items: full + (rest > 0 ? 1 : 0) };
}

function posting(rows: number, size: number): number {
  return rows === 1 ? size : align(size + rows * TUPLE_ID, 8);
}

function align(bytes: number, to: number): number {
  return Math.ceil(bytes / to) * to;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
