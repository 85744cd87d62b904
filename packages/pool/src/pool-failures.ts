import type { ConnectionCounts } from "@dbadvise/observe";
import { type Holder, PoolError, type PoolErrorCode } from "./pool-error.ts";

/** What the errors of a pool tell of it. */
export interface PoolPicture {
  readonly name: string;
  /** Where it connects. */
  readonly server: string;
  counts(): ConnectionCounts;
  readonly opening: number;
  readonly closing: number;
  /** The longest held first. */
  holders(): Holder[];
  /** The last connect error, as long as none has succeeded since. */
  lastConnectError(): { readonly error: unknown } | undefined;
}

/** The errors of one pool, each with its numbers, what may have caused it, and what to do. */
export interface PoolFailures {
  closed(state: string): PoolError;
  queueFull(): PoolError;
  rateLimited(key: string, waitMs: number): PoolError;
  badDeadline(timeoutMs: number): PoolError;
  unavailable(): PoolError;
  acquireTimeout(elapsedMs: number): PoolError;
  drainTimeout(leases: number, timeoutMs: number): PoolError;
}

export function createPoolFailures(pool: PoolPicture): PoolFailures {
  function failure(
    code: PoolErrorCode,
    what: string,
    hint: string,
    more: { elapsedMs?: number; cause?: unknown } = {},
  ): PoolError {
    return new PoolError(code, `Pool "${pool.name}" ${what}`, {
      pool: pool.name,
      hint,
      counts: pool.counts(),
      holders: pool.holders(),
      ...more,
    });
  }

  function acquireTimeout(elapsedMs: number): PoolError {
    const { idle, used, waiting, max } = pool.counts();
    const last = pool.lastConnectError();
    const numbers = `${used} used, ${idle} idle, ${pool.opening} opening, ${pool.closing} closing of ${max}, ${waiting} more in line`;
    const longest = pool.holders()[0];
    const held =
      longest === undefined
        ? ""
        : `; the longest lease is out for ${Math.round(longest.heldMs)} ms`;
    const why = last === undefined ? held : `; the last connect failed: ${messageOf(last.error)}`;
    return failure(
      "ACQUIRE_TIMEOUT",
      `had no connection within ${Math.round(elapsedMs)} ms (${numbers})${why}`,
      last === undefined
        ? "Find who holds connections (`holders`; leakDetectionMs adds where each was acquired), or raise max."
        : "Check that the server runs, and its address and credentials.",
      { elapsedMs, cause: last?.error },
    );
  }

  return {
    closed: (state) =>
      failure("POOL_CLOSED", `is ${state}`, "Acquire before drain() or end() is called."),
    queueFull: () =>
      failure(
        "QUEUE_FULL",
        `has ${pool.counts().waiting} callers in line, as many as maxWaiting allows`,
        "Shed load earlier, raise max or maxWaiting, or find who holds connections for long.",
      ),
    rateLimited: (key, waitMs) =>
      failure(
        "RATE_LIMITED",
        `gives ${JSON.stringify(key)} no more than its rate`,
        `Try again in ${Math.ceil(waitMs)} ms.`,
      ),
    badDeadline: (timeoutMs) =>
      failure(
        "INVALID_OPTIONS",
        `was asked for a connection within ${timeoutMs} ms`,
        "timeoutMs of an acquire is 0 or more, or Infinity.",
      ),
    unavailable: () => {
      const last = pool.lastConnectError();
      return failure(
        "UNAVAILABLE",
        `can't reach ${pool.server}: ${messageOf(last?.error)}`,
        "Check that the server runs, and its address and credentials. Connecting is tried again in the background.",
        { cause: last?.error },
      );
    },
    acquireTimeout,
    drainTimeout: (leases, timeoutMs) =>
      failure(
        "DRAIN_TIMEOUT",
        `still had ${leases} leases out and ${pool.counts().waiting} callers in line ${timeoutMs} ms after drain()`,
        "Its connections were destroyed. Release what `holders` lists; leakDetectionMs adds where each was acquired.",
      ),
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
