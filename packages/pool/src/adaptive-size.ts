import type { AdaptiveOptions } from "./pool-options.ts";

/** What one second of load looked like. */
export interface LoadSample {
  /** Time that connections were lent, all together, per millisecond: connections in use on average. */
  readonly busy: number;
  /** 95th percentile of the waits of callers, milliseconds. */
  readonly waitMs: number;
  /** Callers still in line. */
  readonly waiting: number;
}

/** Samples of one minute: the load that sizes are judged by. */
const WINDOW = 60;
/** Quiet samples before the size shrinks by one: growing is urgent, shrinking is not. */
const PATIENCE = 10;

/** Follows the load; see {@link AdaptiveSize.wanted}. */
export interface AdaptiveSize {
  add(sample: LoadSample): void;
  /**
   * Connections that the load asks for: the busiest second of the last minute by Little's law, plus twice its square root
   * against chance (square-root staffing), plus those in line.
   */
  wanted(): number;
  /** The size to take now. */
  next(size: number, bounds: { readonly max: number } & Required<AdaptiveOptions>): number;
}

export function createAdaptiveSize(): AdaptiveSize {
  const demands: number[] = [];
  let last: LoadSample | undefined;
  let quiet = 0;

  function wanted(): number {
    return demands.reduce((most, demand) => Math.max(most, demand), 0);
  }

  return {
    add: (sample) => {
      last = sample;
      demands.push(Math.ceil(sample.busy + 2 * Math.sqrt(sample.busy)) + sample.waiting);
      if (demands.length > WINDOW) demands.shift();
    },
    wanted,
    next: (size, { min, max, targetWaitMs }) => {
      const late = last !== undefined && last.waitMs > targetWaitMs;
      quiet = late ? 0 : quiet + 1;
      // A resize may have put max below min.
      const within = (wished: number): number => Math.min(max, Math.max(min, wished));
      if (late) return within(Math.max(size + 1, Math.ceil(size * 1.25)));
      if (quiet < PATIENCE || wanted() >= size) return within(size);
      quiet = 0;
      return within(size - 1);
    },
  };
}
