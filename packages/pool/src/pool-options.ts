import type { ServerRole } from "@dbadvise/observe";
import type { Connector } from "./connector.ts";

/** Options of `createPool`. Times are milliseconds. Checked together, then frozen: `INVALID_OPTIONS` names every fault. */
export interface PoolOptions<Client> {
  readonly connector: Connector<Client>;
  /** Connections at most, closing ones included. Default 10. */
  readonly max?: number;
  /** Idle connections that are kept ready, refilled also after failures. Default 0. */
  readonly minIdle?: number;
  /** For messages and metrics. Default: the connector's description. */
  readonly name?: string;
  /** Default `unknown`. */
  readonly role?: ServerRole;
  /** Deadline of an acquire, everything included. Default 30,000; Infinity waits forever. */
  readonly acquireTimeoutMs?: number;
  /** Deadline of one connect. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Callers that may wait; more are refused with `QUEUE_FULL`. Default Infinity. */
  readonly maxWaiting?: number;
  /** A connection heard of within this time is lent without validation. Default 500. */
  readonly validateAfterMs?: number;
  /** Deadline of a validation, within that of the acquire. Default 1,000. */
  readonly validateTimeoutMs?: number;
  /**
   * A statement that has no answer for this long is asked for over another connection: where the server isn't at work on
   * it, or can't be asked within `connectTimeoutMs`, the connection is destroyed, and the statement rejects. Finds sockets
   * that were cut in silence. Default 30,000; 0: never.
   */
  readonly stallMs?: number;
  /** Idle connections are validated this often, so that routers don't forget them. Default 120,000; 0: never. */
  readonly keepaliveMs?: number;
  /** An idle connection above `minIdle` is closed after this. Default 600,000; 0: never. */
  readonly idleTimeoutMs?: number;
  /** Age at which a connection is retired, plus up to a quarter at random. Default 1,800,000; 0: never. */
  readonly maxLifetimeMs?: number;
  /** Leases after which a connection is retired. Default Infinity. */
  readonly maxUses?: number;
  /** Waits between connects while the database is down: doubled from the first to the last, each with jitter. Default 100 and 5,000. */
  readonly backoffMs?: { readonly first: number; readonly last: number };
  /**
   * Connect failures in a row after which acquires fail at once with the last connect error (`UNAVAILABLE`), as long as no
   * connection is left. Default 3.
   */
  readonly breakerFailures?: number;
  /** A lease out for longer is reported with the stack of its acquire (which costs a few microseconds each). Default 0: off. */
  readonly leakDetectionMs?: number;
  /** Lets the pool choose its size between `min` and `max`. Default: off. */
  readonly adaptive?: AdaptiveOptions;
  /** A token bucket per key of `acquire({ key })`; who has none is refused with `RATE_LIMITED`. Default: off. */
  readonly rateLimit?: RateLimit;
  /** Leases out at once, below `max`. Default: `max`. */
  readonly concurrency?: number;
  /** Shares of `max` in use at which `utilization` tells `high`, and below which `normal`. Default 0.9 and 0.75. */
  readonly utilizationAlert?: { readonly high: number; readonly normal: number };
}

export interface AdaptiveOptions {
  readonly min: number;
  /** Time in the queue that is still fine: the 95th percentile is held below it. Default 10. */
  readonly targetWaitMs?: number;
}

export interface RateLimit {
  /** Acquires per second and key. */
  readonly perSecond: number;
  /** Acquires at once after a pause. Default: `perSecond`. */
  readonly burst?: number;
}
