import { addAt } from "./pair-table.ts";

/** Calls, errors, rows and microseconds of a bucket of time, one after the other. */
export const CELL_WIDTH = 4;

/** A bucket of time as plain numbers: its start in milliseconds, calls, errors, rows, microseconds. */
export type Cell = readonly [at: number, calls: number, errors: number, rows: number, us: number];

/**
 * At most so many buckets of time have something in them: where there are more, buckets become wider. So the width
 * depends on the times alone, and a single wrong time in a log doesn't blur all others.
 */
export const MAX_TIME_BUCKETS = 240;

/** Times that are believed: from 1970 to 2106. */
export const MAX_AT: number = 2 ** 32 * 1000;

/** Widths in milliseconds: each is a multiple of the one before, and people count in them. Beyond, each is twice the last. */
const WIDTHS = [1, 5, 10, 30, 60, 300, 600, 1800, 3600, 10_800, 21_600, 43_200, 86_400].map(
  (seconds) => seconds * 1000,
);

export const LEAST_WIDTH_MS = 1000;

function widerThan(widthMs: number): number {
  return WIDTHS.find((width) => width > widthMs) ?? widthMs * 2;
}

/** All executions by time. */
export interface Timeline {
  /** Width of its buckets: grows when there are too many of them. */
  readonly widthMs: number;
  /**
   * Counts something at a time, which is from 0 to {@link MAX_AT}. Returns the number of its bucket: of those that are
   * as wide as buckets are then.
   */
  count(at: number, calls: number, errors: number, rows: number, us: number): number;
  /** Makes buckets at least that wide: a width of another timeline. */
  widen(widthMs: number): void;
  /** By time. */
  cells(): Cell[];
}

export function createTimeline(maxBuckets: number = MAX_TIME_BUCKETS): Timeline {
  let widthMs = LEAST_WIDTH_MS;
  let rows = new Map<number, number>();
  let values = new Float64Array(maxBuckets * CELL_WIDTH);
  let lastBucket = -1;
  let lastRow = 0;
  /** Times of the last bucket, which most executions fall into: a division costs more. */
  let lastStart = 0;
  let lastEnd = 0;

  const rowAt = (at: number): number => {
    if (at >= lastStart && at < lastEnd) return lastRow;
    for (;;) {
      const bucket = Math.floor(at / widthMs);
      const known = rows.get(bucket);
      if (known === undefined && rows.size === maxBuckets) {
        widen(widerThan(widthMs));
        continue;
      }
      if (known === undefined) rows.set(bucket, rows.size);
      lastBucket = bucket;
      lastRow = known ?? rows.size - 1;
      lastStart = bucket * widthMs;
      lastEnd = lastStart + widthMs;
      return lastRow;
    }
  };

  const widen = (wider: number): void => {
    if (wider <= widthMs) return;
    const narrow = cells();
    widthMs = wider;
    rows = new Map();
    values = new Float64Array(values.length);
    lastEnd = 0;
    for (const cell of narrow) count(...cell);
  };

  const count: Timeline["count"] = (at, calls, errors, returned, us) => {
    const row = rowAt(at) * CELL_WIDTH;
    addAt(values, row, calls);
    addAt(values, row + 1, errors);
    addAt(values, row + 2, returned);
    addAt(values, row + 3, us);
    return lastBucket;
  };

  const cells = (): Cell[] =>
    [...rows]
      .toSorted(([left], [right]) => left - right)
      .map(([bucket, row]) => cellAt(bucket * widthMs, values, row));

  return {
    get widthMs() {
      return widthMs;
    },
    count,
    widen,
    cells,
  };
}

/** The cell in a row of `values` as plain numbers. */
export function cellAt(at: number, values: Float64Array, row: number): Cell {
  const [calls = 0, errors = 0, rows = 0, us = 0] = values.subarray(
    row * CELL_WIDTH,
    (row + 1) * CELL_WIDTH,
  );
  return [at, calls, errors, rows, us];
}

/** Cells in buckets of a width, by time: those of one bucket as one. */
export function cellsOfWidth(cells: readonly Cell[], widthMs: number): Cell[] {
  const sums = new Map<number, Cell>();
  for (const [at, calls, errors, rows, us] of cells) {
    const start = Math.floor(at / widthMs) * widthMs;
    const sum = sums.get(start);
    sums.set(
      start,
      sum === undefined
        ? [start, calls, errors, rows, us]
        : [start, sum[1] + calls, sum[2] + errors, sum[3] + rows, sum[4] + us],
    );
  }
  return [...sums.values()].toSorted(([left], [right]) => left - right);
}
