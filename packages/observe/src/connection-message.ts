import type { Server } from "./query-message.ts";

/**
 * What happened to a connection of a pool: the message of the channel `dbadvise:connection`.
 *
 * - `open`, `open-failed`: connecting ended; `durationMs` is the time it took.
 * - `acquire`: lent to a caller; `durationMs` is the wait.
 * - `acquire-failed`: a caller got none; `durationMs` is the wait, `reason` why: `timeout`, `aborted`, or the code of the
 *   pool's refusal (`POOL_CLOSED`, ...).
 * - `release`: given back; `durationMs` is the time it was lent.
 * - `close`: gone for good; `durationMs` is its age, `reason` why (`idle`, `max-lifetime`, `57P01`, ...).
 */
export interface ConnectionMessage {
  readonly event: "open" | "open-failed" | "acquire" | "acquire-failed" | "release" | "close";
  readonly pool: string;
  /** `undefined` where no connection came about. */
  readonly server: Server | undefined;
  readonly durationMs: number;
  readonly reason: string | undefined;
  readonly error: unknown;
  /** Connections of the pool after the event. */
  readonly counts: ConnectionCounts;
}

/** A pool's connections and callers at one moment. */
export interface ConnectionCounts {
  /** Opening, idle, used and closing together: never more than `max`. */
  readonly total: number;
  readonly idle: number;
  readonly used: number;
  /** Callers that wait for a connection. */
  readonly waiting: number;
  readonly max: number;
}
