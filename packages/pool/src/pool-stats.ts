import type { ConnectionCounts } from "@dbadvise/observe";

/** A distribution of durations. */
export interface DurationHistogram {
  readonly count: number;
  readonly sumMs: number;
  readonly maxMs: number;
  /** Upper bounds in milliseconds, ascending; the last is Infinity. */
  readonly boundsMs: readonly number[];
  /** How many fell into each, as many as `boundsMs`. */
  readonly counts: readonly number[];
}

export interface PoolStats extends ConnectionCounts {
  readonly name: string;
  readonly opening: number;
  readonly closing: number;
  readonly minIdle: number;
  readonly state: "open" | "suspended" | "draining" | "closed";
  readonly breaker: "closed" | "half-open" | "open";
  /** Counters since the start. */
  readonly acquired: number;
  /** Acquires that found no idle connection and had to wait (pgxpool's EmptyAcquireCount). */
  readonly waited: number;
  readonly timeouts: number;
  readonly aborted: number;
  readonly rejected: number;
  readonly opened: number;
  readonly openFailures: number;
  readonly closed: Readonly<Record<string, number>>;
  readonly resets: number;
  readonly validations: number;
  readonly waitMs: DurationHistogram;
  readonly usageMs: DurationHistogram;
  /** Connections that the load of the last minute asked for; what adaptive sizing steers to. */
  readonly wantedSize: number;
}
