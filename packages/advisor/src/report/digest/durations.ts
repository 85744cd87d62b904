import type { ShapeDigest } from "../../digest/digest.ts";
import { bucketBounds, type Histogram, percentile } from "../../digest/histogram.ts";

/** Durations of a shape's calls in microseconds; percentiles within `HISTOGRAM_ERROR`, the others exact. */
export interface Durations {
  readonly meanUs: number;
  readonly minUs: number;
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** `null` where no call has a duration. */
export function durationsOf({
  timedCalls,
  totalUs,
  minUs,
  maxUs,
  histogram,
}: ShapeDigest): Durations | null {
  if (timedCalls === 0) return null;
  // A bucket's middle may lie beyond what was really seen.
  const at = (share: number): number =>
    Math.min(Math.max(percentile(histogram, share) ?? maxUs, minUs), maxUs);
  return {
    meanUs: totalUs / timedCalls,
    minUs,
    p50Us: at(0.5),
    p95Us: at(0.95),
    p99Us: at(0.99),
    maxUs,
  };
}

/** Calls whose duration lies between two bounds. */
export interface DurationBin {
  readonly fromUs: number;
  readonly toUs: number;
  readonly calls: number;
}

/** As many to a decade as a plot can show. */
const BINS_PER_DECADE = 5;

/** The histogram in fewer buckets of one width on a logarithmic scale, over whole decades; below a microsecond is a microsecond. */
export function durationBins(histogram: Histogram): readonly DurationBin[] {
  const calls = new Map<number, number>();
  for (const [bucket, count] of histogram) {
    const { least, greatest } = bucketBounds(bucket);
    const bin = Math.floor(Math.log10(Math.max(1, (least + greatest) / 2)) * BINS_PER_DECADE);
    calls.set(bin, (calls.get(bin) ?? 0) + count);
  }
  if (calls.size === 0) return [];
  const first = Math.floor(Math.min(...calls.keys()) / BINS_PER_DECADE) * BINS_PER_DECADE;
  const end = (Math.floor(Math.max(...calls.keys()) / BINS_PER_DECADE) + 1) * BINS_PER_DECADE;
  return Array.from({ length: end - first }, (_, index) => ({
    fromUs: 10 ** ((first + index) / BINS_PER_DECADE),
    toUs: 10 ** ((first + index + 1) / BINS_PER_DECADE),
    calls: calls.get(first + index) ?? 0,
  }));
}
