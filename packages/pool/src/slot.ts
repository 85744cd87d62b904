import type { Connection } from "./connector.ts";
import type { PoolLease } from "./pool-lease.ts";

/** One connection and what the pool knows of it. Written by the lending alone. */
export interface Slot<Client> {
  readonly connection: Connection<Client>;
  readonly openedAt: number;
  /** When it is too old; Infinity for never. */
  readonly retireAt: number;
  /**
   * `idle`: in the stack of idle ones, and nowhere else. `used`: has a lease. `checking`: a validation or a reset is under
   * way. `closing`: on its way out, still counted. `moving`: between two of these, within one call.
   */
  place: "idle" | "used" | "checking" | "closing" | "moving";
  lease: PoolLease<Client> | undefined;
  /** When its lease began. */
  lentAt: number;
  /** When it was last given back. Being asked for its health leaves it as it is. */
  idleSince: number;
  uses: number;
  /** A statement that has been without an answer for at least since `at`; `heard` is when the server was last heard then. */
  stall: { readonly heard: number; readonly at: number } | undefined;
  /** Why it must not be lent again. */
  doom: { readonly reason: string; readonly error: Error } | undefined;
}
