import type { TimeBucket } from "../../digest/digest.ts";
import { tickText } from "../clock-time.ts";

/** Time buckets of one width, without gaps. */
export interface Series {
  /** Width of a bucket, milliseconds. */
  readonly stepMs: number;
  readonly buckets: readonly TimeBucket[];
}

export interface SeriesFrame {
  /** The times to cover: from the first to the last of these. */
  readonly span: readonly TimeBucket[];
  /** Width of the digest's buckets, milliseconds. */
  readonly bucketMs: number;
  /** Buckets of the series, at most. */
  readonly most: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Widths of buckets that people count in. */
const ROUND_STEPS: readonly number[] = [
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 28].map((days) => days * DAY),
];

/** The buckets' sums in equal steps of a round width; steps without executions are zero. `null` where nothing has a time. */
export function resample(buckets: readonly TimeBucket[], frame: SeriesFrame): Series | null {
  const starts = frame.span.map(({ at }) => at);
  const first = starts.reduce((least, at) => Math.min(least, at), Infinity);
  const last = starts.reduce((greatest, at) => Math.max(greatest, at), -Infinity);
  if (first > last) return null;
  const countOf = (stepMs: number): number =>
    Math.floor(last / stepMs) - Math.floor(first / stepMs) + 1;
  const stepMs =
    [frame.bucketMs, ...ROUND_STEPS].find(
      (step) => step % frame.bucketMs === 0 && countOf(step) <= frame.most,
    ) ?? frame.bucketMs * Math.ceil((last - first) / frame.bucketMs / Math.max(1, frame.most - 1));
  const from = Math.floor(first / stepMs);
  const sums = Array.from({ length: countOf(stepMs) }, (_, index) => ({
    at: (from + index) * stepMs,
    calls: 0,
    errors: 0,
    rows: 0,
    totalUs: 0,
  }));
  for (const bucket of buckets) {
    const sum = sums[Math.floor(bucket.at / stepMs) - from];
    if (sum === undefined) continue;
    sum.calls += bucket.calls;
    sum.errors += bucket.errors;
    sum.rows += bucket.rows;
    sum.totalUs += bucket.totalUs;
  }
  return { stepMs, buckets: sums };
}

/** A clock time along a series. */
export interface TimeTick {
  /** In steps from the series' start, not always whole. */
  readonly place: number;
  readonly text: string;
}

/** At most `most` round times within the series. */
export function timeTicks({ buckets, stepMs }: Series, most: number): readonly TimeTick[] {
  const from = buckets[0]?.at ?? 0;
  const end = from + buckets.length * stepMs;
  const every =
    ROUND_STEPS.find((step) => step >= stepMs && (end - from) / step <= most) ??
    Math.ceil(buckets.length / most) * stepMs;
  const ticks: TimeTick[] = [];
  for (let at = Math.ceil(from / every) * every; at < end; at += every)
    ticks.push({ place: (at - from) / stepMs, text: tickText(at, every) });
  return ticks;
}
