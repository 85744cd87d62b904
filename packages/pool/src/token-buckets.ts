import type { RateLimit } from "./pool-options.ts";

/** Rate limits by key. A key costs memory only while its bucket is not full. */
export interface TokenBuckets {
  /** Takes a token: 0 where there was one, else the milliseconds until there is. */
  take(key: string, now: number): number;
}

export function createTokenBuckets({ perSecond, burst = perSecond }: RateLimit): TokenBuckets {
  const buckets = new Map<string, { tokens: number; at: number }>();
  const size = Math.max(1, burst);
  let sweepAt = 1000;

  /** Buckets that have filled up are as good as new ones. */
  function sweep(now: number): void {
    for (const [key, bucket] of buckets) {
      if (bucket.tokens + ((now - bucket.at) / 1000) * perSecond >= size) buckets.delete(key);
    }
    sweepAt = Math.max(1000, buckets.size * 2);
  }

  return {
    take: (key, now) => {
      let bucket = buckets.get(key);
      if (bucket === undefined) {
        if (buckets.size >= sweepAt) sweep(now);
        bucket = { tokens: size, at: now };
        buckets.set(key, bucket);
      }
      const earned = ((now - bucket.at) / 1000) * perSecond;
      bucket.tokens = Math.min(size, bucket.tokens + earned);
      bucket.at = now;
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return 0;
      }
      return ((1 - bucket.tokens) / perSecond) * 1000;
    },
  };
}
