import { parseArrayLiteral } from "../../catalog/array-literal.ts";
import type { Column } from "../../catalog/catalog.ts";
import type { ColumnStatistics } from "../../catalog/snapshot.ts";
import type { Random } from "../../random-database/random.ts";
import { type Bucket, histogramBuckets } from "./histogram-buckets.ts";
import { scaledFrequency } from "./scale.ts";
import { type ValueKind, valueKind } from "./value-kinds.ts";

/** What the values of a column are made from. */
export interface ColumnSource {
  readonly column: Pick<Column, "name" | "type" | "notNull">;
  readonly statistics: ColumnStatistics | undefined;
  /** Distinct values, where only an index tells; `null` where nothing does. */
  readonly distinct: number | null;
  /** Whether no value may appear twice. */
  readonly unique: boolean;
  /** Where the values end, which a sample does not meet. */
  readonly ends?: { readonly least: string; readonly greatest: string };
}

/** Rows of production, and how many of them are made. */
export interface RowCounts {
  readonly rows: number;
  readonly made: number;
}

/** The values of a column at the scale. */
export interface ColumnValues {
  /** Different values as SQL, in their order. The first is NULL. */
  readonly pool: readonly string[];
  /** Per row the value's place in the pool; in the values' order. */
  readonly places: Uint32Array;
}

/** How many rows have a value in production. */
export interface ValueFrequencies {
  /** Rows with this value, by the most common values, else as many as one of the others has on average. */
  of(value: string): number;
}

/** What statistics tell, read once. */
export interface ColumnFacts {
  readonly kind: ValueKind;
  readonly nulls: number;
  /** Each with its share of the rows. */
  readonly common: readonly { readonly value: string; readonly share: number }[];
  readonly bounds: readonly string[];
  readonly buckets: readonly Bucket[];
  /** Distinct values that are not among the common ones, and their share of the rows. */
  readonly otherDistinct: number;
  readonly otherShare: number;
}

/** `null` for a type whose values can't be made up. */
export function columnFacts(source: ColumnSource, rows: number): ColumnFacts | null {
  const kind = valueKind(source.column.type);
  if (kind === null) return null;
  const { statistics } = source;
  const nulls = source.column.notNull ? 0 : (statistics?.nullFraction ?? 0);
  // A sample may have met a row twice.
  const shares = source.unique ? [] : (statistics?.commonFrequencies ?? []);
  const values = elements(statistics?.commonValues ?? null);
  const distinct = Math.max(1, Math.min(rows, distinctOf(source, rows)));
  const common = shares.map((share, at) => ({
    // `--no-values` keeps the shares and not the values: made-up ones have the same shares.
    value: values[at] ?? kind.made(at, shares.length),
    share,
  }));
  const otherShare = Math.max(0, 1 - nulls - shares.reduce((sum, share) => sum + share, 0));
  const bounds = withEnds(elements(statistics?.histogram ?? null), source, kind);
  const otherDistinct = Math.max(0, distinct - common.length);
  const buckets = histogramBuckets(bounds, otherShare, otherDistinct, kind);
  return { kind, nulls, common, bounds, buckets, otherDistinct, otherShare };
}

function withEnds(
  bounds: readonly string[],
  { ends }: ColumnSource,
  { position }: ValueKind,
): readonly string[] {
  const [first, last] = [bounds[0], bounds.at(-1)];
  if (ends === undefined || position === undefined || first === undefined || last === undefined)
    return bounds;
  return [
    position(ends.least) < position(first) ? ends.least : first,
    ...bounds.slice(1, -1),
    position(ends.greatest) > position(last) ? ends.greatest : last,
  ];
}

function distinctOf({ statistics, distinct, unique }: ColumnSource, rows: number): number {
  if (unique) return rows;
  // The index counts all rows' keys, statistics a sample's.
  if (statistics === undefined) return distinct ?? Math.sqrt(rows);
  return statistics.distinct < 0 ? -statistics.distinct * rows : statistics.distinct;
}

function elements(literal: string | null): readonly string[] {
  return literal === null
    ? []
    : parseArrayLiteral(literal).filter((value): value is string => value !== null);
}

export function frequenciesOf(facts: ColumnFacts, rows: number): ValueFrequencies {
  const common = new Map(facts.common.map(({ value, share }) => [value, share * rows]));
  const other = Math.max(1, (facts.otherShare * rows) / Math.max(1, facts.otherDistinct));
  const { position } = facts.kind;
  const ofBucket = (value: string): number | null => {
    const place = position?.(value);
    if (position === undefined || place === undefined || Number.isNaN(place)) return null;
    if (isBeyond(facts, value)) return 1;
    const bucket = facts.buckets.findLast(({ low }) => position(low) <= place);
    if (bucket === undefined || place > position(facts.bounds.at(-1) ?? "")) return null;
    return Math.max(1, (bucket.share * rows) / bucket.distinct);
  };
  return {
    of: (value) => common.get(value) ?? common.get(value.toLowerCase()) ?? ofBucket(value) ?? other,
  };
}

/** How far values may have grown since the statistics were read, as a share of their range. */
const GROWN = 0.05;

/** Whether a number or time lies where the column has no values. */
export function isBeyond(
  { kind: { position }, bounds, common }: ColumnFacts,
  value: string,
): boolean {
  const place = position?.(value) ?? Number.NaN;
  if (position === undefined || bounds.length < 2 || Number.isNaN(place)) return false;
  const places = [bounds[0] ?? "", bounds.at(-1) ?? "", ...common.map((one) => one.value)].map(
    position,
  );
  const [least, greatest] = [Math.min(...places), Math.max(...places)];
  const margin = (greatest - least) * GROWN;
  return place < least - margin || place > greatest + margin;
}

/** Values of a column, as many as rows are to be made, in their order. */
export function columnValues(
  source: ColumnSource,
  facts: ColumnFacts,
  { rows, made }: RowCounts,
): ColumnValues {
  const { kind } = facts;
  const k = rows / made;
  const entries: { readonly text: string; readonly count: number }[] = [];
  let left = made - Math.round(facts.nulls * made);
  const nulls = made - left;
  const wanted = facts.common.map(({ share }) => scaledFrequency(share * rows, k));
  const others = otherValues(source, facts, { rows, made });
  const total = wanted.reduce((sum, count) => sum + count, 0);
  // Without other values the common ones are all that there is.
  const commonRows = others.length === 0 ? left : Math.min(total, left);
  let drawn = 0;
  let done = 0;
  for (const [at, { value }] of facts.common.entries()) {
    drawn += ((wanted[at] ?? 0) / Math.max(total, 1e-9)) * commonRows;
    const count = Math.round(drawn) - done;
    done += count;
    entries.push({ text: value, count });
  }
  left -= done;
  const weight = others.reduce((sum, one) => sum + one.weight, 0);
  let passed = 0;
  let given = 0;
  for (const one of others) {
    passed += (one.weight / weight) * left;
    const count = Math.round(passed) - given;
    given += count;
    entries.push({ text: one.value, count });
  }
  const pool = ["NULL", ...entries.map(({ text }) => kind.literal(text))];
  const places = new Uint32Array(made);
  let at = nulls;
  for (const [place, { count }] of entries.entries()) {
    places.fill(place + 1, at, at + count);
    at += count;
  }
  return { pool, places: places.subarray(0, Math.max(at, nulls)) };
}

/** Values beside the common ones, each with its weight. */
function otherValues(
  source: ColumnSource,
  facts: ColumnFacts,
  { rows, made }: RowCounts,
): readonly WeightedValue[] {
  const { kind, bounds, buckets, otherDistinct, otherShare, common } = facts;
  const share = common.length === 0 ? Math.max(otherShare, 1e-9) : otherShare;
  if (otherDistinct < 1 || (share * rows < 1 && common.length > 0)) return [];
  const taken = new Set(common.map(({ value }) => value));
  const values: WeightedValue[] = [];
  const { position } = kind;
  /** Of the value before, where values stand on a line: they come in their order. */
  let last = -Infinity;
  const take = (value: string, weight: number): void => {
    let free: string | null = value;
    if (source.unique && position !== undefined) {
      const behind = last + 1 - position(value);
      if (behind > 0) free = kind.near(value, behind);
      last = position(free ?? value);
    }
    for (let attempt = 1; free !== null && taken.has(free); attempt += 1)
      free = source.unique && attempt < MOST_ATTEMPTS ? kind.near(value, attempt) : null;
    if (free === null) return;
    taken.add(free);
    values.push({ value: free, weight });
  };
  const k = rows / made;
  /** How many of the values are made, for a part of the rows. */
  const countOf = (part: number, distinct: number): number =>
    source.unique
      ? Math.max(1, Math.ceil(part * made))
      : Math.max(
          1,
          Math.round(
            Math.min(
              distinct,
              (part * made) / Math.max(1, scaledFrequency((part * rows) / distinct, k)),
            ),
          ),
        );
  if (bounds.length >= otherDistinct && k <= 1) {
    // All values that there are, each a bound.
    for (const value of bounds) take(value, 1);
  } else if (buckets.length === 0) {
    const count = countOf(share, otherDistinct);
    for (let at = 0; at < count; at += 1) take(kind.made(at + common.length, count), 1);
  } else {
    let already = 0;
    let wanted = 0;
    for (const bucket of buckets) {
      const part = share / buckets.length;
      wanted += countOf(part, bucket.distinct);
      const count = Math.max(bucket.low === bucket.high ? 1 : 0, Math.round(wanted) - already);
      already += count;
      for (let at = 0; at < count; at += 1)
        take(kind.between(bucket.low, bucket.high, (at + 0.5) / count), 1 / count);
    }
  }
  return values;
}

interface WeightedValue {
  readonly value: string;
  readonly weight: number;
}

/** Values beside one that is taken, which are tried. */
const MOST_ATTEMPTS = 1_000;

/** The same places in another order. */
export function shuffled(places: Uint32Array, random: Random): Uint32Array {
  const order = Uint32Array.from(places);
  for (let at = order.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random.next() * (at + 1));
    const value = order[at] ?? 0;
    order[at] = order[other] ?? 0;
    order[other] = value;
  }
  return order;
}
