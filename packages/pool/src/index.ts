export type {
  Connection,
  Connector,
  ConnectOptions,
  IsolationLevel,
  QueryResult,
  TransactionMode,
} from "./connector.ts";
export { createPool } from "./create-pool.ts";
export type { AcquireOptions, Lease, QueryOptions } from "./lease.ts";
export { type Holder, PoolError, type PoolErrorCode } from "./pool-error.ts";
export type { PoolEvents } from "./pool-events.ts";
export type { AdaptiveOptions, PoolOptions, RateLimit } from "./pool-options.ts";
export type { DurationHistogram, PoolStats } from "./pool-stats.ts";
export type { Pool, TransactionOptions } from "./pool.ts";
