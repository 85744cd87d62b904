/** What a read may miss. */
export type Level =
  | "eventual"
  | "read-your-writes"
  | "monotonic"
  | "strong"
  | { readonly bounded: number };

/**
 * What clients of a replicated database did and saw. Registers hold versions that only grow; a version is written once. Times are those
 * of `performance.now()` in the process of the clients.
 */
export interface History {
  readonly registers: number;
  readonly operations: Operation[];
  /** Operations that failed. */
  errors: number;
}

export type Operation = Write | Read | Pass | Failover;

interface Timed {
  readonly invoked: number;
  readonly returned: number;
}

/** Acknowledged. One that failed is not in the history: it may have happened or not. */
export interface Write extends Timed {
  readonly kind: "write";
  readonly scope: number;
  readonly register: number;
  readonly version: number;
}

export interface Read extends Timed {
  readonly kind: "read";
  readonly scope: number;
  readonly register: number;
  readonly version: number;
  readonly level: Level;
  readonly node: string;
}

/** The token of a scope that has ended was accepted by another. */
export interface Pass extends Timed {
  readonly kind: "pass";
  readonly from: number;
  readonly to: number;
}

/** Another node became primary. Nothing was written meanwhile. */
export interface Failover extends Timed {
  readonly kind: "failover";
  /** What the new primary had of each register. */
  readonly survived: readonly number[];
}
