import type { ConnectionCounts } from "@dbadvise/observe";

/**
 * - `ACQUIRE_TIMEOUT`: no connection came free in time.
 * - `UNAVAILABLE`: the database can't be reached; `cause` is the last connect error.
 * - `QUEUE_FULL`, `RATE_LIMITED`: refused at the door.
 * - `POOL_CLOSED`: the pool is draining or closed.
 * - `LEASE_ENDED`: a lease was used or released after its release.
 * - `DRAIN_TIMEOUT`: leases were still out at the deadline of `drain`.
 * - `INVALID_OPTIONS`: the message has every fault of the options.
 */
export type PoolErrorCode =
  | "ACQUIRE_TIMEOUT"
  | "UNAVAILABLE"
  | "QUEUE_FULL"
  | "RATE_LIMITED"
  | "POOL_CLOSED"
  | "LEASE_ENDED"
  | "DRAIN_TIMEOUT"
  | "INVALID_OPTIONS";

/** Who holds a connection, and since when. */
export interface Holder {
  readonly heldMs: number;
  /** Where it was acquired; only with `leakDetectionMs`. */
  readonly stack: string | undefined;
}

export interface PoolErrorDetails {
  readonly pool: string;
  readonly hint: string;
  readonly elapsedMs?: number;
  readonly counts?: ConnectionCounts;
  /** The longest held first. */
  readonly holders?: readonly Holder[];
  readonly cause?: unknown;
}

/** An error of the pool itself; those of the driver pass as they are. */
export class PoolError extends Error {
  override readonly name = "PoolError";
  readonly code: PoolErrorCode;
  readonly pool: string;
  /** What to do about it. */
  readonly hint: string;
  readonly elapsedMs: number | undefined;
  readonly counts: ConnectionCounts | undefined;
  readonly holders: readonly Holder[];

  constructor(code: PoolErrorCode, message: string, details: PoolErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.pool = details.pool;
    this.hint = details.hint;
    this.elapsedMs = details.elapsedMs;
    this.counts = details.counts;
    this.holders = details.holders ?? [];
  }
}
