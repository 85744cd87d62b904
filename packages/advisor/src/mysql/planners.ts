import type { Snapshot } from "../catalog/snapshot.ts";
import { DbadviseError } from "../dbadvise-error.ts";
import type { PlannerChoice, PlannerMeans } from "../engine.ts";
import type { Planner } from "../whatif/planner.ts";
import { createModelPlanner } from "./model/create-model-planner.ts";
import { createScratchPlanner } from "./scratch/create-scratch-planner.ts";

const scratch: PlannerChoice = {
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
};

const model: PlannerChoice = {
  name: "model",
  who: "a model of the server's planner, whose results are estimates",
  needsLiveServer: false,
  takesScratchServer: false,
  create: async (snapshot, _, { session }) =>
    createModelPlanner(snapshot, session === undefined ? null : await session()),
};

export const mysqlPlanners: readonly PlannerChoice[] = [scratch, model];

/** A scratch server's planner, or the model where no such server can be had: `progress` is told why. */
export async function createPlanner(
  snapshot: Snapshot,
  progress: (message: string) => void,
  means: PlannerMeans = {},
): Promise<Planner> {
  const planner = await createScratchPlanner(snapshot, progress, means.scratchUrl);
  return planner ?? model.create(snapshot, progress, means);
}
