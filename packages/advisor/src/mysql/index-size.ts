import type { CandidateIndex } from "../candidates/candidate-index.ts";
import { type Column, estimatedRows, rowIndexOf, type Table } from "../catalog/catalog.ts";
import { parseArrayLiteral } from "../catalog/array-literal.ts";
import type { FindStatistics } from "../catalog/find-statistics.ts";
import type { ColumnStatistics } from "../catalog/snapshot.ts";
import { INNODB_PAGE } from "./cost-constants.ts";
import { characterBytes } from "./key-size.ts";

/** Record header of InnoDB's compact and dynamic row formats. */
const RECORD_HEADER = 5;
/** File header and trailer, page header, infimum and supremum. */
const PAGE_OVERHEAD = 38 + 8 + 56 + 26;
/** A slot of two bytes for every four records of a page that was filled in order. */
const DIRECTORY_SLOT = 2 / 4;
/** Page number that an inner record holds. */
const CHILD_POINTER = 4;
/** Pages of an extent: a file segment that is not small grows by whole ones. */
const EXTENT = 64;
/** Pages that a segment has one by one, before it gets extents. */
const SINGLE_PAGES = 32;
/** Bytes of the key of rows in a table without a primary key. */
const ROW_ID = 6;
/** Width of a value where nothing tells. */
const USUAL_WIDTH = 20;
/** Longest value of which InnoDB keeps the length in one byte, whatever the column may hold. */
const SHORT = 127;
const SHORT_TYPE = 255;

interface Field {
  readonly name: string | null;
  /** Bytes of an entry for it, NULLs counted as nothing. */
  readonly bytes: number;
  readonly nullable: boolean;
}

/**
 * Bytes of a new index, as CREATE INDEX builds it: its pages are filled to the end, and its file has free ones for what comes. Fulltext and spatial indexes are counted roughly.
 */
export function estimateIndexBytes(
  { method, keys }: Pick<CandidateIndex, "keys" | "method">,
  table: Table,
  find: FindStatistics,
): number {
  const rows = Math.max(0, estimatedRows(table));
  const fieldOf = (column: Column, prefix?: number): Field => {
    const statistics = find(table, column.name);
    const { bytes, lengthBytes } = valueBytes(column, statistics, prefix);
    const filled = 1 - (column.notNull ? 0 : (statistics?.nullFraction ?? 0));
    return {
      name: column.name,
      bytes: (bytes + lengthBytes) * filled,
      nullable: !column.notNull,
    };
  };
  const column = (name: string | null): Column | undefined =>
    table.columns.find((one) => one.name === name);

  if (method === "fulltext") {
    // Each word has its place in each document: about as much as the text itself.
    const text = keys.reduce(
      (sum, key) => sum + (find(table, key.column ?? "")?.averageWidth ?? 100),
      0,
    );
    return Math.max(1, Math.ceil((rows * text) / INNODB_PAGE)) * INNODB_PAGE;
  }
  const own = keys.map((key): Field => {
    const found = column(key.column);
    if (method === "spatial") return { name: key.column, bytes: 32, nullable: false };
    return found === undefined
      ? { name: null, bytes: USUAL_WIDTH + 1, nullable: true }
      : fieldOf(found, key.prefix);
  });
  const rowKeys = rowIndexOf(table)?.keys ?? table.indexes.find(({ primary }) => primary)?.keys;
  const held = new Set(keys.flatMap((key) => (key.prefix === undefined ? [key.column] : [])));
  const suffix: readonly Field[] =
    rowKeys === undefined
      ? [{ name: null, bytes: ROW_ID, nullable: false }]
      : rowKeys.flatMap((key) => {
          const found = column(key.column);
          return found === undefined || held.has(key.column) ? [] : [fieldOf(found, key.prefix)];
        });
  const fields = [...own, ...suffix];
  const nulls = Math.ceil(fields.filter(({ nullable }) => nullable).length / 8);
  const entry = RECORD_HEADER + nulls + fields.reduce((sum, { bytes }) => sum + bytes, 0);
  // Partitions have an index each.
  return treePages(rows, entry) * INNODB_PAGE;
}

function entriesPerPage(entry: number): number {
  return Math.max(1, Math.floor((INNODB_PAGE - PAGE_OVERHEAD) / (entry + DIRECTORY_SLOT)));
}

function treePages(rows: number, entry: number): number {
  const leaves = Math.max(1, Math.ceil(rows / entriesPerPage(entry)));
  let inner = 0;
  for (let level = leaves; level > 1;) {
    level = Math.ceil(level / Math.max(2, entriesPerPage(entry + CHILD_POINTER)));
    inner += level;
  }
  return segmentPages(leaves) + segmentPages(Math.max(1, inner));
}

/**
 * A segment gets another extent as soon as less than an eighth of it is free, before the page that is asked for is taken
 * (FSEG_FILLFACTOR in InnoDB's fsp0fsp.cc).
 */
function segmentPages(used: number): number {
  if (used <= SINGLE_PAGES) return used;
  const extents = Math.ceil(((used - 1) / (7 / 8) - SINGLE_PAGES) / EXTENT);
  return SINGLE_PAGES + Math.max(1, extents) * EXTENT;
}

/** Average bytes of a column's value in an index, and of its length. */
function valueBytes(
  column: Column,
  statistics: ColumnStatistics | undefined,
  prefix: number | undefined,
): { readonly bytes: number; readonly lengthBytes: number } {
  const { type, length } = column;
  if (length >= 0 && prefix === undefined) return { bytes: length, lengthBytes: 0 };
  const [, name = "", declared] = /^(\w+)(?:\((\d+))?/.exec(type) ?? [];
  const perCharacter = characterBytes(column);
  const characters = declared === undefined ? Infinity : Number(declared);
  const longest = Math.min(characters, prefix ?? Infinity) * perCharacter;
  let bytes = Math.min(
    prefix === undefined
      ? (statistics?.averageWidth ?? USUAL_WIDTH)
      : prefixWidth(prefix, statistics, name),
    longest,
  );
  // A CHAR is filled up with spaces, as many bytes as it has characters at least.
  if (name === "char") bytes = Math.max(bytes, Math.min(characters, prefix ?? Infinity));
  if (name === "char" && perCharacter === 1) return { bytes, lengthBytes: 0 };
  return { bytes, lengthBytes: longest > SHORT_TYPE && bytes > SHORT ? 2 : 1 };
}

/** Average bytes of the first characters, by the values that the statistics hold. */
function prefixWidth(
  prefix: number,
  statistics: ColumnStatistics | undefined,
  type: string,
): number {
  const values = [statistics?.histogram, statistics?.commonValues].flatMap((literal) =>
    literal == null ? [] : parseArrayLiteral(literal),
  );
  if (values.length === 0) {
    const width = statistics?.averageWidth ?? (/text|blob/.test(type) ? prefix : USUAL_WIDTH);
    return Math.min(width, prefix);
  }
  const bytes = values.map((value) =>
    Buffer.byteLength(
      Array.from(value ?? "")
        .slice(0, prefix)
        .join(""),
    ),
  );
  return bytes.reduce((sum, one) => sum + one, 0) / bytes.length;
}
