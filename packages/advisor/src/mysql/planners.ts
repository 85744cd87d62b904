import type { Snapshot } from "../catalog/snapshot.ts";
import { DbadviseError } from "../dbadvise-error.ts";
import type { PlannerChoice, PlannerMeans } from "../engine.ts";
import type { Planner } from "../whatif/planner.ts";
import { createScratchPlanner } from "./scratch/create-scratch-planner.ts";

export const mysqlPlanners: readonly PlannerChoice[] = [
  {
    name: "scratch",
    who: "a scratch server that has a small copy of the tables, made up from their statistics",
    needsLiveServer: false,
    takesScratchServer: true,
    async create(snapshot, progress, { scratchUrl }) {
      const planner = await createScratchPlanner(snapshot, progress, scratchUrl);
      if (planner !== null) return planner;
      throw new DbadviseError(
        "planner-failed",
        "There is no scratch server to plan on.",
        "Give --scratch-url with the connection string of a server that holds nothing else, or install mysqld or mariadbd on this machine.",
      );
    },
  },
];

/** A scratch server's planner. */
export async function createPlanner(
  snapshot: Snapshot,
  progress: (message: string) => void,
  means: PlannerMeans = {},
): Promise<Planner> {
  const [scratch] = mysqlPlanners;
  if (scratch === undefined) throw new TypeError("there is a planner");
  return scratch.create(snapshot, progress, means);
}
