import { parseArrayLiteral } from "../../catalog/array-literal.ts";
import { estimatedRows, type Table } from "../../catalog/catalog.ts";
import type { FindStatistics } from "../../catalog/find-statistics.ts";
import type { ColumnStatistics } from "../../catalog/snapshot.ts";
import type { Sarg } from "./blocks.ts";

/** Shares of the rows where no statistics tell. */
const EQUAL = 0.005;
const RANGE = 1 / 3;
const PREFIX = 0.01;

/** What a column holds, ready to be asked. */
interface Distribution {
  readonly nullFraction: number;
  readonly distinct: number;
  readonly common: ReadonlyMap<string, number>;
  readonly rest: number;
  readonly histogram: readonly string[];
  readonly numeric: boolean;
  /** Of whole numbers between the least and the greatest the share that there are; `null` for other types. */
  readonly filled: number | null;
}

export interface Selectivity {
  /** Share of the rows that a condition lets through. A join's: rows with one value. */
  of(table: Table, sarg: Sarg): number;
  /** Distinct values of a column. */
  distinct(table: Table, column: string | null): number;
}

export function selectivity(find: FindStatistics): Selectivity {
  const known = new Map<ColumnStatistics, Distribution>();
  const distributionOf = (table: Table, column: string | null): Distribution | undefined => {
    const statistics = column === null ? undefined : find(table, column);
    if (statistics === undefined) return undefined;
    const cached = known.get(statistics);
    if (cached !== undefined) return cached;
    const made = distribution(statistics, table, column ?? "");
    known.set(statistics, made);
    return made;
  };
  return {
    of(table, sarg) {
      const one = distributionOf(table, sarg.column);
      const share = one === undefined ? guess(sarg) : shareOf(one, sarg);
      return Math.min(1, Math.max(share, 0));
    },
    distinct(table, column) {
      const rows = Math.max(1, estimatedRows(table));
      return Math.max(1, distributionOf(table, column)?.distinct ?? rows * EQUAL);
    },
  };
}

function distribution(
  { nullFraction, distinct, commonValues, commonFrequencies, histogram }: ColumnStatistics,
  table: Table,
  name: string,
): Distribution {
  const rows = Math.max(1, estimatedRows(table));
  const values = commonValues === null ? [] : parseArrayLiteral(commonValues);
  const shares = commonFrequencies ?? [];
  const type = table.columns.find((column) => column.name === name)?.type ?? "";
  const numeric = /^(?:(?:tiny|small|medium|big)?int|decimal|float|double|year|bit)/.test(type);
  const bounds =
    histogram === null ? [] : parseArrayLiteral(histogram).map((value) => folded(value ?? ""));
  const all = distinct < 0 ? -distinct * rows : distinct;
  const span = Number(bounds.at(-1)) - Number(bounds[0]) + 1;
  return {
    nullFraction,
    distinct: all,
    common: new Map(values.map((value, at) => [folded(value ?? ""), shares[at] ?? 0])),
    rest: Math.max(0, 1 - nullFraction - shares.reduce((sum, share) => sum + share, 0)),
    histogram: numeric ? fromOne(bounds) : bounds,
    numeric,
    filled: /int/.test(type) && span > 0 ? Math.min(1, all / span) : null,
  };
}

/** Keys that are counted up begin at 1, and a sample rarely has the first of them. */
function fromOne(bounds: readonly string[]): readonly string[] {
  const [least, next] = [Number(bounds[0]), Number(bounds[1])];
  return least > 1 && least < next - least ? ["1", ...bounds.slice(1)] : bounds;
}

function guess({ kind, values, low, high }: Sarg): number {
  switch (kind) {
    case "equal":
      return EQUAL * Math.max(1, values.length);
    case "null":
      return EQUAL;
    case "not-null":
      return 1 - EQUAL;
    case "like":
      return PREFIX;
    case "range":
      return low !== undefined && high !== undefined ? RANGE / 10 : RANGE;
  }
}

function shareOf(one: Distribution, sarg: Sarg): number {
  switch (sarg.kind) {
    case "null":
      return one.nullFraction;
    case "not-null":
      return 1 - one.nullFraction;
    case "equal":
      return sarg.values.length === 0
        ? (1 - one.nullFraction) / one.distinct
        : sarg.values.reduce((sum, value) => sum + equalShare(one, value), 0);
    case "like":
      return sarg.low == null
        ? PREFIX
        : between(one, folded(sarg.low), `${folded(sarg.low)}\u{10ffff}`);
    case "range": {
      const { low, high } = sarg;
      if (low === null || high === null) return guess(sarg);
      return between(one, low && moment(low), high && moment(high));
    }
  }
}

function equalShare(one: Distribution, value: string | null): number {
  if (value === null) return (1 - one.nullFraction) / one.distinct;
  const wanted = folded(value);
  for (const [common, share] of one.common) {
    if (compare(common, wanted, one.numeric) === 0) return share;
  }
  // A value beyond all that are known is rare.
  const { histogram } = one;
  const [least, greatest] = [histogram[0], histogram.at(-1)];
  if (least === undefined || greatest === undefined) return one.common.size > 0 ? 0 : EQUAL;
  const outside =
    compare(wanted, least, one.numeric) < 0 || compare(wanted, greatest, one.numeric) > 0;
  if (outside) return 0;
  const even = one.rest / Math.max(1, one.distinct - one.common.size);
  const at = Math.max(1, bucketOf(one, wanted));
  const [low, high] = [Number(histogram[at - 1]), Number(histogram[at])];
  // Where values are whole numbers, the bucket's width tells how many share its rows.
  if (one.filled === null || !(high > low)) return even;
  return one.rest / (histogram.length - 1) / Math.max(1, (high - low) * one.filled);
}

function between(one: Distribution, low: string | undefined, high: string | undefined): number {
  let share = 0;
  for (const [value, frequency] of one.common) {
    const above = low === undefined || compare(value, low, one.numeric) >= 0;
    const below = high === undefined || compare(value, high, one.numeric) <= 0;
    if (above && below) share += frequency;
  }
  const from = low === undefined ? 0 : position(one, low);
  const to = high === undefined ? 1 : position(one, high);
  return share + one.rest * Math.max(0, to - from);
}

/** Share of the histogram's values below a value. */
function position(one: Distribution, value: string): number {
  const { histogram, numeric } = one;
  const buckets = histogram.length - 1;
  if (buckets < 1) return 0.5;
  const first = bucketOf(one, value);
  if (first === 0) return 0;
  if (first > buckets) return 1;
  const [below = "", above = ""] = [histogram[first - 1], histogram[first]];
  return (first - 1 + inside(below, above, value, numeric)) / buckets;
}

/** Place of the first bound that is not below a value. */
function bucketOf({ histogram, numeric }: Distribution, value: string): number {
  let first = 0;
  let last = histogram.length;
  while (first < last) {
    const middle = (first + last) >> 1;
    if (compare(histogram[middle] ?? "", value, numeric) < 0) first = middle + 1;
    else last = middle;
  }
  return first;
}

/** Where a value lies between two others, 0 to 1. */
function inside(low: string, high: string, value: string, numeric: boolean): number {
  const from = commonPrefix(low, high);
  const letters = ALPHABETS.find((alphabet) =>
    Array.from(low.slice(from, from + PLACES) + high.slice(from, from + PLACES)).every((letter) =>
      alphabet.includes(letter),
    ),
  );
  const [a, b, x] = numeric
    ? [Number(low), Number(high), Number(value)]
    : [low, high, value].map((text) => textNumber(text, from, letters));
  if (a === undefined || b === undefined || x === undefined || b <= a) return 0.5;
  return Math.min(1, Math.max(0, (x - a) / (b - a)));
}

function commonPrefix(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return length;
}

/** Texts are mostly of one kind of letters; those of a kind lie close. */
const ALPHABETS = ["0123456789", "0123456789abcdef", "0123456789abcdefghijklmnopqrstuvwxyz"];
const PLACES = 6;

/** The characters behind a prefix as digits; times are numbers of their own. */
function textNumber(text: string, from: number, letters: string | undefined): number {
  const time = Date.parse(`${text.replace(" ", "T")}Z`);
  if (/^\d{4}-\d\d-\d\d/.test(text) && Number.isFinite(time)) return time;
  const base = letters?.length ?? 128;
  let number = 0;
  for (let at = from; at < from + PLACES; at += 1) {
    const letter = text.charAt(at);
    const code = letters?.indexOf(letter) ?? text.charCodeAt(at);
    // A letter of none of these stands behind all: so does the end of a prefix's range.
    const digit = letter === "" ? 0 : code < 0 ? base : Math.min(base, code);
    number = number * base + digit;
  }
  return number;
}

function compare(a: string, b: string, numeric: boolean): number {
  if (numeric) return Number(a) - Number(b);
  return a < b ? -1 : a > b ? 1 : 0;
}

function folded(value: string): string {
  return moment(value).toLowerCase();
}

/** A day is its first moment, as the server reads it. */
function moment(value: string): string {
  return /^\d{4}-\d\d-\d\d$/.test(value) ? `${value} 00:00:00` : value;
}
