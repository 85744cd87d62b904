import type { Lease } from "./lease.ts";

/** Events of a pool, each with what its listeners are given. Nothing here needs a listener: no event ends the process. */
export interface PoolEvents {
  /** A new connection, before its first use. For statements of one's own on it, see `onConnect` of the connector. */
  connect: (client: unknown) => void;
  /** A connection is gone. */
  close: (client: unknown, reason: string) => void;
  acquire: (client: unknown) => void;
  release: (client: unknown, error: Error | undefined) => void;
  /** An idle connection failed. It is already replaced. */
  idleError: (error: Error, client: unknown) => void;
  /** The database can't be reached (`open`), is tried again (`half-open`), answers again (`closed`). */
  breaker: (state: "closed" | "half-open" | "open", error: Error | undefined) => void;
  /** The share of used connections rose to the threshold, or fell below it by the hysteresis. */
  utilization: (state: "high" | "normal", share: number) => void;
  /** A lease is out for longer than `leakDetectionMs`. `stack` is where it was acquired. */
  leak: (lease: Lease<unknown>, heldMs: number, stack: string) => void;
}
