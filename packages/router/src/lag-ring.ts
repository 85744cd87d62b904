import type { Coverage, Position } from "./position.ts";

/** Where the primary was when, on the local monotonic clock. Its memory is bounded; the older, the coarser. */
export interface LagRing {
  /** `at`: before the primary was asked, so that what was committed until then is not beyond `position`. */
  add(at: number, position: Position): void;
  /** The latest time until which a server at `bound` has everything that was committed; `undefined` where that is too long ago. */
  freshUntil(bound: Position): number | undefined;
  /** Of a history that ended. */
  clear(): void;
}

interface Sample {
  readonly position: Position;
  /** The last time that the primary was still there: an idle primary's newest sample stays new. */
  until: number;
}

export function createLagRing(
  covers: (bound: Position, wanted: Position) => Coverage,
  capacity = 256,
): LagRing {
  let samples: Sample[] = [];

  return {
    add: (at, position) => {
      const newest = samples.at(-1);
      if (newest !== undefined) {
        if (at <= newest.until) return;
        if (newest.position.epoch === position.epoch && newest.position.at === position.at) {
          newest.until = at;
          return;
        }
      }
      samples.push({ position, until: at });
      if (samples.length <= capacity) return;
      // A sample that is missing makes a lag look longer, never shorter: of the older half, every other one goes.
      const half = samples.length / 2;
      samples = samples.filter((_, index) => index >= half || index % 2 === 0);
    },
    freshUntil: (bound) => {
      for (let index = samples.length - 1; index >= 0; index--) {
        const sample = samples[index];
        if (sample !== undefined && covers(bound, sample.position) === "reached") {
          return sample.until;
        }
      }
      return undefined;
    },
    clear: () => {
      samples = [];
    },
  };
}
