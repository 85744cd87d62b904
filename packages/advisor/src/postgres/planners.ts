import { DbadviseError } from "../dbadvise-error.ts";
import type { PlannerChoice } from "../engine.ts";
import { createHypopgPlanner } from "./hypopg/create-hypopg-planner.ts";
import { createSandbox } from "./sandbox/create-sandbox.ts";

export const postgresPlanners: readonly PlannerChoice[] = [
  {
    name: "sandbox",
    who: "an embedded PostgreSQL that has the snapshot's schema and statistics",
    needsLiveServer: false,
    takesScratchServer: false,
    create: createSandbox,
  },
  {
    name: "hypopg",
    who: "the live server with its extension HypoPG",
    needsLiveServer: true,
    takesScratchServer: false,
    create: async (snapshot, _, { session }) => {
      if (session === undefined) {
        throw new DbadviseError(
          "planner-failed",
          "HypoPG plans on a live server, and there is only a snapshot.",
          "Give the connection string of a server that has the extension, or choose the sandbox.",
        );
      }
      return createHypopgPlanner(await session(), snapshot);
    },
  },
];
