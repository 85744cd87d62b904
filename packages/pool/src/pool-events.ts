import type { Lease } from "./lease.ts";

/**
 * Events of a pool, each with what its listeners are given. Nothing here needs a listener: no event ends the process. An error
 * that a listener throws harms neither the pool nor other listeners; it is thrown again where nobody catches it.
 */
export interface PoolEvents {
  /**
   * A new connection, before its first use. No place for SET: what a listener changes in the session counts as its holder's,
   * and is wiped by the reset after that. `onConnect` of the connector is waited for, and runs again after each reset.
   */
  connect: (client: unknown) => void;
  /** A connection is gone: its socket is closed. */
  close: (client: unknown, reason: string) => void;
  acquire: (client: unknown) => void;
  release: (client: unknown, error: Error | undefined) => void;
  /** An idle connection failed. Nobody is lent it; another is opened when one is needed, or `minIdle` lacks it. */
  idleError: (error: Error, client: unknown) => void;
  /** The database can't be reached (`open`), is tried again (`half-open`), answers again (`closed`). */
  breaker: (state: "closed" | "half-open" | "open", error: Error | undefined) => void;
  /** The share of `max` in use reached `utilizationAlert.high`, or after that fell below `utilizationAlert.normal`. */
  utilization: (state: "high" | "normal", share: number) => void;
  /** A lease is out for longer than `leakDetectionMs`, told once. `stack` is where it was acquired. */
  leak: (lease: Lease<unknown>, heldMs: number, stack: string) => void;
}
