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
  /** The bucket that was looked for last, as wide as buckets are now: its number, and the times in `[from, to)`. */
  readonly bucket: number;
  readonly from: number;
  readonly to: number;
  /** Looks for the bucket of a time, which is from 0 to {@link MAX_AT}. For the most of a log it is the last one. */
  find(at: number): void;
  /** Counts something in the bucket that was looked for last. */
  add(calls: number, errors: number, rows: number, us: number): void;
  /** Makes buckets at least that wide: a width of another timeline. */
  widen(widthMs: number): void;
  /** By time. */
  cells(): Cell[];
}

/** Counts a cell in the bucket that it falls into. */
export function addCell(timeline: Timeline, [at, ...counts]: Cell): void {
  timeline.find(at);
  timeline.add(...counts);
}

export function createTimeline(maxBuckets: number = MAX_TIME_BUCKETS): Timeline {
  let rows = new Map<number, number>();
  let values = new Float64Array(maxBuckets * CELL_WIDTH);
  let row = 0;

  const timeline = {
    widthMs: LEAST_WIDTH_MS,
    bucket: -1,
    from: 0,
    to: 0,
    find(at: number): void {
      let bucket = Math.floor(at / timeline.widthMs);
      while (!rows.has(bucket) && rows.size === maxBuckets) {
        timeline.widen(widerThan(timeline.widthMs));
        bucket = Math.floor(at / timeline.widthMs);
      }
      const known = rows.get(bucket);
      row = known ?? rows.size;
      if (known === undefined) rows.set(bucket, row);
      timeline.bucket = bucket;
      timeline.from = bucket * timeline.widthMs;
      timeline.to = timeline.from + timeline.widthMs;
    },
    add(calls: number, errors: number, returned: number, us: number): void {
      const at = row * CELL_WIDTH;
      addAt(values, at, calls);
      addAt(values, at + 1, errors);
      addAt(values, at + 2, returned);
      addAt(values, at + 3, us);
    },
    widen(wider: number): void {
      if (wider <= timeline.widthMs) return;
      const narrow = timeline.cells();
      timeline.widthMs = wider;
      timeline.to = timeline.from;
      rows = new Map();
      values = new Float64Array(values.length);
      for (const cell of narrow) addCell(timeline, cell);
    },
    cells: (): Cell[] =>
      [...rows]
        .toSorted(([left], [right]) => left - right)
        .map(([bucket, place]) => cellAt(bucket * timeline.widthMs, values, place)),
  };
  return timeline;
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
