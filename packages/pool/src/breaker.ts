/** Decides whether to connect now, after connects that failed. Holds no timer. */
export interface Breaker {
  readonly state: "closed" | "half-open" | "open";
  /** Connect failures since the last success. */
  readonly failures: number;
  /** The last connect error, as long as none has succeeded since; and when it came. */
  readonly lastError: { readonly error: unknown; readonly at: number } | undefined;
  /** Milliseconds until a connect may be tried; 0 for now. While the last one failed, only one is tried at a time. */
  waitMs(now: number, opening: number): number;
  /** A connect begins. */
  begin(): void;
  succeed(): void;
  /** Those that had begun before the last failure count as one with it. */
  fail(error: unknown, begunAt: number, now: number): void;
}

/**
 * After `threshold` failures in a row the breaker is open. Waits between attempts double from `first` to `last`
 * milliseconds, each between half and all of that at random ("equal jitter"), so that many pools don't knock together.
 */
export function createBreaker(
  options: { readonly threshold: number; readonly first: number; readonly last: number },
  random: () => number,
): Breaker {
  let failures = 0;
  let attempting = false;
  let notBefore = Number.NEGATIVE_INFINITY;
  let lastError: Breaker["lastError"];

  return {
    get state() {
      if (failures < options.threshold) return "closed";
      return attempting ? "half-open" : "open";
    },
    get failures() {
      return failures;
    },
    get lastError() {
      return lastError;
    },
    waitMs: (now, opening) => {
      if (failures === 0) return 0;
      return opening > 0 ? Number.POSITIVE_INFINITY : Math.max(0, notBefore - now);
    },
    begin: () => {
      attempting = true;
    },
    succeed: () => {
      attempting = false;
      failures = 0;
      lastError = undefined;
    },
    fail: (error, begunAt, now) => {
      attempting = false;
      if (lastError !== undefined && begunAt < lastError.at) return;
      failures += 1;
      lastError = { error, at: now };
      const full = Math.min(options.last, options.first * 2 ** (failures - 1));
      notBefore = now + full * (0.5 + random() / 2);
    },
  };
}
