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
   * way. `closing`: on its way out, still counted.
   */
  place: "idle" | "used" | "checking" | "closing";
  lease: PoolLease<Client> | undefined;
  idleSince: number;
  uses: number;
  /** A statement that has been without an answer for at least since `at`; `heard` is when the server was last heard then. */
  stall: { readonly heard: number; readonly at: number } | undefined;
  /** Why it must not be lent again. */
  doom: { readonly reason: string; readonly error: Error } | undefined;
}
