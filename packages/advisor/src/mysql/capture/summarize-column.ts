import { arrayLiteral } from "../../catalog/array-literal.ts";
import type { ColumnStatistics } from "../../catalog/snapshot.ts";
import { startOf, type ValueKind } from "./value-kind.ts";

/** Values of one column in the order of the table's key. */
export interface ColumnSample {
  readonly values: readonly (string | null)[];
  /** For each value the block of neighbouring rows that it was read in. */
  readonly blocks: readonly number[];
  /** Whether these are all rows of the table. */
  readonly whole: boolean;
}

/** As many as PostgreSQL keeps by default. */
const MOST_COMMON = 100;
const HISTOGRAM_BOUNDS = 101;
/** How much more frequent than the average a value of a whole table must be to be told apart. */
const NOTABLE = 1.25;
/** Of a sample, by how many deviations: of hundreds of values hardly one stands out by chance then. */
const DEVIATIONS = 3;

export type Summary = Pick<
  ColumnStatistics,
  | "nullFraction"
  | "averageWidth"
  | "distinct"
  | "correlation"
  | "commonValues"
  | "commonFrequencies"
  | "histogram"
>;

interface Value {
  readonly text: string;
  readonly count: number;
  /** Blocks that it was seen in. */
  readonly blocks: number;
  /** By how much the count may well differ from one sample to another: rows of a block are no independent draws. */
  readonly deviation: number;
}

/**
 * The statistics that a planner would keep of a column, from a sample of `rows` rows. `distinct`: how many values there are, where
 * that is known from elsewhere. `length`: bytes of a value, `-1` where that depends on the value.
 */
export function summarizeColumn(
  sample: ColumnSample,
  kind: ValueKind,
  rows: number,
  length: number,
  distinct: number | null,
): Summary {
  const present = sample.values.filter((value) => value !== null);
  const total = sample.values.length;
  const nullFraction = total === 0 ? 0 : rounded((total - present.length) / total);
  const { ordered, ranks } = tally(sample, kind);
  const values = ordered.toSorted((a, b) => b.count - a.count);
  const notNull = Math.max(present.length, rows * (1 - nullFraction));
  const count = distinct ?? distinctValues(sample, values, notNull, present.length);
  const common = commonValues(sample, values, present.length, count).filter(
    ({ text }) => kind.kept && !isCut(text, kind),
  );
  return {
    nullFraction,
    averageWidth: length >= 0 ? length : mean(present.map((value) => kind.bytes(value))),
    distinct: asDistinct(count, notNull, rows),
    correlation: correlation(ranks),
    commonValues:
      common.length === 0 ? null : arrayLiteral(common.map((value) => shown(value, kind))),
    commonFrequencies:
      common.length === 0 ? null : common.map((value) => rounded(value.count / total)),
    histogram: kind.kept
      ? histogramOf(
          ordered.filter((value) => !common.includes(value)),
          kind,
        )
      : null,
  };
}

/** The values in their order, and the place of each row's value among them; `null` for NULL. */
function tally(
  { values, blocks }: ColumnSample,
  kind: ValueKind,
): { readonly ordered: readonly Value[]; readonly ranks: readonly (number | null)[] } {
  const found = new Map<string, { text: string; counts: number[]; last: number; rank: number }>();
  const ofRows = values.map((text, place) => {
    if (text === null) return null;
    const key = kind.key(text);
    const block = blocks[place] ?? 0;
    let known = found.get(key);
    if (known === undefined) {
      known = { text, counts: [], last: Number.NaN, rank: 0 };
      found.set(key, known);
    }
    known.counts.push(known.last === block ? (known.counts.pop() ?? 0) + 1 : 1);
    known.last = block;
    return known;
  });
  // Comparing is dear: each column is sorted once.
  const inOrder = [...found.values()].toSorted((a, b) => kind.compare(a.text, b.text));
  for (const [rank, value] of inOrder.entries()) value.rank = rank;
  return {
    ranks: ofRows.map((value) => value?.rank ?? null),
    ordered: inOrder.map(({ text, counts }) => ({
      text,
      count: counts.reduce((sum, count) => sum + count, 0),
      blocks: counts.length,
      deviation: Math.hypot(...counts),
    })),
  };
}

/**
 * Distinct values by Haas and Stokes' estimator "Duj1", as PostgreSQL does. Neighbouring rows often share a value; so that a table
 * stored by customer does not seem to have few customers, a value counts once for each block that it was seen in.
 */
function distinctValues(
  { whole }: ColumnSample,
  values: readonly Value[],
  notNull: number,
  present: number,
): number {
  if (whole || values.length === 0) return values.length;
  const seen = values.reduce((sum, value) => sum + value.blocks, 0);
  const all = notNull * (seen / present);
  const once = values.filter((value) => value.blocks === 1).length;
  const estimate = (seen * values.length) / (seen - once + (once * seen) / all);
  return Math.min(Math.max(estimate, values.length), notNull);
}

/** Values that stand out, by count. All, where all could be seen and they are few. */
function commonValues(
  { whole }: ColumnSample,
  values: readonly Value[],
  present: number,
  distinct: number,
): readonly Value[] {
  const complete = values.length <= MOST_COMMON && (whole || distinct <= values.length * 1.1);
  if (complete) return values.every(({ count }) => count === 1) ? [] : values;
  const average = present / distinct;
  const standsOut = ({ count, deviation }: Value): boolean =>
    whole ? count > NOTABLE * average : count - DEVIATIONS * deviation > average;
  return values.filter((value) => value.count > 1 && standsOut(value)).slice(0, MOST_COMMON);
}

/** Bounds of ranges with equally many values each; `null` for fewer than two values. */
function histogramOf(sorted: readonly Value[], kind: ValueKind): string | null {
  if (sorted.length < 2) return null;
  const rows = sorted.reduce((sum, value) => sum + value.count, 0);
  const bounds = Math.min(HISTOGRAM_BOUNDS, sorted.length);
  const found: string[] = [];
  let place = 0;
  let passed = 0;
  for (let bound = 0; bound < bounds; bound++) {
    const row = Math.floor((bound * (rows - 1)) / (bounds - 1));
    while (passed + (sorted[place]?.count ?? rows) <= row) passed += sorted[place++]?.count ?? rows;
    const value = sorted[place];
    if (value !== undefined) found.push(shown(value, kind));
  }
  return arrayLiteral(found);
}

/** Whether only the start of a long value was read. */
function isCut(text: string, kind: ValueKind): boolean {
  return kind.long && Buffer.byteLength(startOf(text)) < kind.bytes(text);
}

function shown({ text }: Value, { long }: ValueKind): string {
  return long ? startOf(text) : text;
}

/** Order of values against order of rows, -1 to 1; `null` where all values are the same. */
function correlation(ranks: readonly (number | null)[]): number | null {
  const present = ranks.filter((rank) => rank !== null);
  const places = present.map((rank, place) => ({ rank, place }));
  const sorted = places.toSorted((a, b) => a.rank - b.rank || a.place - b.place);
  if (sorted[0]?.rank === sorted.at(-1)?.rank) return null;
  const count = sorted.length;
  const sum = (count * (count - 1)) / 2;
  const squares = (count * (count - 1) * (2 * count - 1)) / 6;
  const products = sorted.reduce((total, { place }, at) => total + place * at, 0);
  return rounded((count * products - sum * sum) / (count * squares - sum * sum));
}

/** A count, or the negated share of the rows where it is likely to grow with them. */
function asDistinct(count: number, notNull: number, rows: number): number {
  if (rows > 0 && count > notNull * 0.1) return -Math.min(1, rounded(count / rows));
  return Math.round(count);
}

function mean(numbers: readonly number[]): number {
  if (numbers.length === 0) return 0;
  return rounded(numbers.reduce((sum, number) => sum + number, 0) / numbers.length);
}

/** Six digits are more than a sample knows. */
function rounded(number: number): number {
  return Number(number.toPrecision(6));
}
