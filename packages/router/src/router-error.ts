/**
 * - `NO_PRIMARY`: no node is known to take writes.
 * - `NO_REPLICA`: a replica was asked for, and none may take it.
 * - `INVALID_TOKEN`: a token that this router did not sign, or that is damaged.
 * - `INVALID_OPTIONS`: the message has every fault of the options.
 * - `SESSION_ENDED`: a session was used or released after its release.
 * - `ROUTER_CLOSED`
 */
export type RouterErrorCode =
  | "NO_PRIMARY"
  | "NO_REPLICA"
  | "INVALID_TOKEN"
  | "INVALID_OPTIONS"
  | "SESSION_ENDED"
  | "ROUTER_CLOSED";

/** An error of the router itself; those of the pool and the driver pass as they are. */
export class RouterError extends Error {
  override readonly name = "RouterError";
  readonly code: RouterErrorCode;
  /** What to do about it. */
  readonly hint: string;

  constructor(code: RouterErrorCode, message: string, hint: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.hint = hint;
  }
}
