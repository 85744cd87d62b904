/**
 * Buckets of durations in whole microseconds: each of the first 64 values has its own, every power of two above is cut
 * into 32. The middle of a bucket is at most 1/64 of a value in it away from that value, so a percentile's relative error
 * is at most {@link HISTOGRAM_ERROR}, from a microsecond to centuries.
 */
export const HISTOGRAM_SCHEME = "log2/32";

/** Greatest relative error of a {@link percentile}. */
export const HISTOGRAM_ERROR: number = 1 / 64;

/** The greatest duration that has a bucket: about 35 years. Sums of such stay exact for a while. */
export const MAX_US: number = 2 ** 50;

/** Calls by bucket, ascending. */
export type Histogram = readonly (readonly [bucket: number, calls: number])[];

/** The bucket of a duration: a whole number from 0 to {@link MAX_US}. */
export function bucketOf(us: number): number {
  if (us < 64) return us;
  if (us < 0x8000_0000) {
    const shift = 26 - Math.clz32(us);
    return (shift << 5) + (us >>> shift);
  }
  // Bits beyond 32 are out of reach for clz32; the lowest 26 don't matter for numbers this large.
  const high = Math.floor(us / 0x400_0000);
  const shift = 26 - Math.clz32(high);
  return ((shift + 26) << 5) + (high >>> shift);
}

/** The least and the greatest duration of a bucket, microseconds. */
export function bucketBounds(bucket: number): {
  readonly least: number;
  readonly greatest: number;
} {
  if (bucket < 64) return { least: bucket, greatest: bucket };
  const width = 2 ** ((bucket >>> 5) - 1);
  const least = ((bucket & 31) + 32) * width;
  return { least, greatest: least + width - 1 };
}

/**
 * The duration in microseconds that the given share of the calls (0 to 1) doesn't exceed, within {@link HISTOGRAM_ERROR};
 * `null`: there are no calls.
 */
export function percentile(histogram: Histogram, share: number): number | null {
  let calls = 0;
  for (const [, count] of histogram) calls += count;
  let left = Math.max(1, Math.ceil(share * calls));
  for (const [bucket, count] of histogram) {
    left -= count;
    if (left > 0) continue;
    const { least, greatest } = bucketBounds(bucket);
    return (least + greatest) / 2;
  }
  return null;
}

/** One histogram of the calls of two. */
export function addHistograms(one: Histogram, other: Histogram): Histogram {
  if (one.length === 0) return other;
  if (other.length === 0) return one;
  const calls = new Map(one);
  for (const [bucket, count] of other) calls.set(bucket, (calls.get(bucket) ?? 0) + count);
  return [...calls].toSorted(([left], [right]) => left - right);
}
