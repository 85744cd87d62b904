import type { ValueKind } from "./value-kinds.ts";

/** A range of a column's values with as many rows as each of the others. */
export interface Bucket {
  readonly low: string;
  readonly high: string;
  /** Of all rows of the table. */
  readonly share: number;
  /** Different values in it. */
  readonly distinct: number;
}

/** From this share of the places on a line that have a value, values are taken to be spread evenly on it. */
const DENSE = 0.2;

/**
 * The ranges of a histogram. `share`: of the table's rows in all of them; `distinct`: different values in all of them. Of numbers
 * and times that fill their line (keys of another table, days), wide ranges have more values than narrow ones, each with fewer rows.
 */
export function histogramBuckets(
  bounds: readonly string[],
  share: number,
  distinct: number,
  kind: ValueKind,
): readonly Bucket[] {
  const count = bounds.length - 1;
  if (count < 1) return [];
  const places = kind.position === undefined ? [] : bounds.map(kind.position);
  const widths = lineWidths(places);
  const line = widths.reduce((sum, width) => sum + width, 0);
  const dense = line > 0 && distinct >= line * DENSE && distinct <= line * 2;
  return Array.from({ length: count }, (_, at) => {
    const [low = "", high = ""] = bounds.slice(at, at + 2);
    const own = dense ? ((widths[at] ?? 1) / line) * distinct : distinct / count;
    return { low, high, share: share / count, distinct: low === high ? 1 : Math.max(1, own) };
  });
}

/** Steps of each range, in units of the greatest step that leads to all bounds: days, where all are days. */
function lineWidths(places: readonly number[]): readonly number[] {
  if (!places.every(Number.isSafeInteger)) return [];
  const differences = places.slice(1).map((place, at) => place - (places[at] ?? place));
  const step = differences.reduce(greatestDivisor, 0);
  return step <= 0 ? [] : differences.map((difference) => difference / step);
}

function greatestDivisor(a: number, b: number): number {
  let [one, other] = [Math.abs(a), Math.abs(b)];
  while (other > 0) [one, other] = [other, one % other];
  return one;
}
