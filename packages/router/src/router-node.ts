import type { Pool } from "@dbadvise/pool";
import type { NodeHealth } from "./node-health.ts";
import type { Position } from "./position.ts";

/** One server of the cluster, as the router sees it. Written by the cluster alone. */
export interface RouterNode<Client> {
  readonly name: string;
  readonly pool: Pool<Client>;
  /** Share of the reads against others. Default 1. */
  readonly weight: number;
  /** Where it stands; nodes of the router's own zone are preferred. */
  readonly zone: string | undefined;
  role: "primary" | "replica" | "unknown";
  health: NodeHealth;
  /** A place that it is known to have passed: never ahead of the truth. */
  bound: Position | undefined;
  /**
   * Age of the newest primary position that it is known to have passed, milliseconds, as of now: never less than the truth,
   * and more by up to two polls. `undefined` where it isn't known.
   */
  readonly lagMs: number | undefined;
  /**
   * Aborts when a replica takes no reads any more (`ejected`, `fenced`, `draining`), or the primary is no more: who waits for one of its
   * connections goes elsewhere. One that is back has a new one.
   */
  readonly gone: AbortSignal;
  /** Queries under way. */
  outstanding: number;
  /** Peak-sensitive moving average of response times, milliseconds. */
  latencyMs: number;
}
