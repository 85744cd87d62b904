import { performance } from "node:perf_hooks";

/** Time and chance, which a test holds in its hands. */
export interface Environment {
  /** Milliseconds on a clock that never goes back. */
  now(): number;
  /** From 0 up to 1. */
  random(): number;
  setTimer(run: () => void, ms: number): Timer;
}

export interface Timer {
  cancel(): void;
  /** Whether it keeps the process running. */
  ref(): void;
  unref(): void;
}

/** Node's own. */
export const systemEnvironment: Environment = {
  // Imported: the global is a getter, which costs as much as reading the clock.
  now: () => performance.now(),
  random: () => Math.random(),
  setTimer: (run, ms) => {
    // Longer ones overflow Node's timers and would fire at once.
    const timeout = setTimeout(run, Math.min(ms, 2_147_483_647));
    return {
      cancel: () => clearTimeout(timeout),
      ref: () => void timeout.ref(),
      unref: () => void timeout.unref(),
    };
  },
};
