import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Engine } from "../../engine.ts";
import type { Planner } from "../../whatif/planner.ts";

/** Tells which statement of a change is at fault, by planning with the first ones only. */
export interface CauseFinder {
  /**
   * The first of `candidates` (positions, ascending) with which `isBad` holds, given that it holds with all of them. `null`
   * where that would take more planners than there may be.
   */
  find(
    candidates: readonly number[],
    isBad: (planner: Planner) => Promise<boolean>,
  ): Promise<number | null>;
  close(): Promise<void>;
}

/** Planners over a part of the change, all questions together: each is a database of its own. */
const MAX_PLANNERS = 4;

export function causeFinder(
  engine: Engine,
  before: Snapshot,
  statements: readonly string[],
  progress: (message: string) => void,
): CauseFinder {
  const planners = new Map<number, Promise<Planner | null>>();

  /** The planner after all statements up to this one. */
  const plannerUpTo = (position: number): Promise<Planner | null> => {
    let planner = planners.get(position);
    if (planner === undefined && planners.size < MAX_PLANNERS) {
      planner = (async () => {
        const changed = await engine.changeSnapshot?.(
          before,
          statements.slice(0, position + 1),
          progress,
        );
        return changed === undefined ? null : engine.createPlanner(changed.snapshot, progress);
      })();
      planners.set(position, planner);
    }
    return planner ?? Promise.resolve(null);
  };

  return {
    async find(candidates, isBad) {
      let low = 0;
      let high = candidates.length - 1;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        const planner = await plannerUpTo(candidates[middle] ?? 0);
        if (planner === null) return null;
        if (await isBad(planner)) high = middle;
        else low = middle + 1;
      }
      return candidates[high] ?? null;
    },
    async close() {
      for (const planner of planners.values())
        await planner.then((made) => made?.close()).catch(() => undefined);
    },
  };
}
