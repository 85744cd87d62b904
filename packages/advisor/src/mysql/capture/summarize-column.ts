import { arrayLiteral } from "../../catalog/array-literal.ts";
import type { ColumnStatistics } from "../../catalog/snapshot.ts";
import type { ValueKind } from "./value-kind.ts";

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
/** How much more frequent than the average a value must be to be told apart. */
const NOTABLE = 1.25;

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
  const nullFraction = total === 0 ? 0 : (total - present.length) / total;
  const values = tally(sample, kind);
  const notNull = Math.max(present.length, rows * (1 - nullFraction));
  const count = distinct ?? distinctValues(sample, values, notNull, present.length);
  const common = commonValues(sample, values, total, present.length, count);
  return {
    nullFraction,
    averageWidth: length >= 0 ? length : mean(present.map((value) => kind.bytes(value))),
    distinct: asDistinct(count, notNull, rows),
    correlation: correlation(sample.values, kind),
    commonValues: common.length === 0 ? null : arrayLiteral(common.map(({ text }) => text)),
    commonFrequencies:
      common.length === 0 ? null : common.map((value) => rounded(value.count / total)),
    histogram: histogramOf(
      values.filter((value) => !common.includes(value)),
      kind,
    ),
  };
}

/** Values by how often they come, the most frequent first. */
function tally({ values, blocks }: ColumnSample, kind: ValueKind): readonly Value[] {
  const found = new Map<string, { text: string; count: number; blocks: number; last: number }>();
  for (const [place, text] of values.entries()) {
    if (text === null) continue;
    const key = kind.key(text);
    const block = blocks[place] ?? 0;
    const known = found.get(key);
    if (known === undefined) found.set(key, { text, count: 1, blocks: 1, last: block });
    else {
      known.count++;
      if (known.last !== block) known.blocks++;
      known.last = block;
    }
  }
  return [...found.values()].toSorted((a, b) => b.count - a.count || kind.compare(a.text, b.text));
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
  total: number,
  present: number,
  distinct: number,
): readonly Value[] {
  const complete = values.length <= MOST_COMMON && (whole || distinct <= values.length * 1.1);
  if (complete) return values.every(({ count }) => count === 1) ? [] : values;
  const notable = (present / distinct) * NOTABLE;
  return values
    .filter(({ count, blocks }) => count > notable && count > 1 && (whole || blocks > 1))
    .slice(0, Math.min(MOST_COMMON, Math.max(1, total)));
}

/** Bounds of ranges with equally many values each; `null` for fewer than two values. */
function histogramOf(values: readonly Value[], kind: ValueKind): string | null {
  if (values.length < 2) return null;
  const sorted = values.toSorted((a, b) => kind.compare(a.text, b.text));
  const rows = sorted.reduce((sum, value) => sum + value.count, 0);
  const bounds = Math.min(HISTOGRAM_BOUNDS, sorted.length);
  const found: string[] = [];
  let place = 0;
  let passed = 0;
  for (let bound = 0; bound < bounds; bound++) {
    const row = Math.floor((bound * (rows - 1)) / (bounds - 1));
    while (passed + (sorted[place]?.count ?? rows) <= row) passed += sorted[place++]?.count ?? rows;
    found.push(sorted[place]?.text ?? "");
  }
  return arrayLiteral(found);
}

/** Order of values against order of rows, -1 to 1; `null` where all values are the same. */
function correlation(values: readonly (string | null)[], kind: ValueKind): number | null {
  const present = values.flatMap((text, place) => (text === null ? [] : [{ text, place }]));
  if (present.length < 2) return null;
  const inOrder = present.map((value, rank) => ({ ...value, rank }));
  const sorted = inOrder.toSorted((a, b) => kind.compare(a.text, b.text) || a.place - b.place);
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined || kind.compare(first.text, last.text) === 0)
    return null;
  const count = sorted.length;
  const sum = (count * (count - 1)) / 2;
  const squares = (count * (count - 1) * (2 * count - 1)) / 6;
  const products = sorted.reduce((total, { rank }, place) => total + rank * place, 0);
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
