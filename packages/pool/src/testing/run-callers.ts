import { setTimeout as sleep } from "node:timers/promises";
import type { Pool } from "../pool.ts";

/** What callers saw. */
export interface CallersReport {
  /** Calls that succeeded. */
  readonly succeeded: number;
  /** Errors by code. */
  readonly errors: Readonly<Record<string, number>>;
  /** The longest that a call took to succeed or fail, milliseconds. */
  readonly longestMs: number;
  /** `performance.now()` of successes, ascending. */
  readonly successes: readonly number[];
}

/** Callers that send one statement after the other until they are told to stop. */
export interface Callers {
  stop(): Promise<CallersReport>;
}

/** Pause of a caller after an error. */
const PAUSE_MS = 5;

/** Starts `count` callers; `call` is one unit of their work. */
export function runCallers(
  count: number,
  pool: Pool<unknown>,
  call: (pool: Pool<unknown>) => Promise<unknown>,
): Callers {
  const errors: Record<string, number> = {};
  const successes: number[] = [];
  let longestMs = 0;
  const stopped = new AbortController();

  async function caller(): Promise<void> {
    while (!stopped.signal.aborted) {
      const from = performance.now();
      try {
        await call(pool);
        successes.push(performance.now());
      } catch (error) {
        const code = codeOf(error);
        errors[code] = (errors[code] ?? 0) + 1;
        await sleep(PAUSE_MS);
      }
      longestMs = Math.max(longestMs, performance.now() - from);
    }
  }

  const all = Promise.all(Array.from({ length: count }, caller));
  return {
    stop: async () => {
      stopped.abort();
      await all;
      return { succeeded: successes.length, errors, longestMs, successes };
    },
  };
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "code" in error ? String(error.code) : error.message;
}
