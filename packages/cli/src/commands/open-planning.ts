import type { Engine, Planner, Session, Snapshot } from "@dbadvise/advisor";
import type { PlannerSettings, Target } from "../resolve-settings.ts";
import { choosePlanner } from "./choose-planner.ts";

/** How planners are made for one target. */
export interface Planning {
  /** The planner is the caller's to close, before this. */
  create(snapshot: Snapshot): Promise<Planner>;
  /** Closes the session that a planner asked for, if one did. */
  close(): Promise<void>;
}

/** Connects to nothing before a planner asks. Throws `DbadviseError` `bad-option` for a choice that can't be met. */
export function openPlanning(
  engine: Engine,
  target: Target,
  settings: PlannerSettings,
  progress: (message: string) => void,
): Planning {
  const choice = choosePlanner(engine, target, settings);
  const { scratchUrl } = settings;
  // The first server is the one that the snapshot is of; `openTarget` has made sure that there is one.
  const [url = ""] = target.kind === "servers" ? target.urls : [];
  let opened: Promise<Session> | undefined;
  const means = {
    ...(scratchUrl !== undefined && { scratchUrl }),
    ...(target.kind === "servers" && { session: () => (opened ??= engine.connect(url)) }),
  };
  return {
    create: (snapshot) =>
      (choice ?? { create: engine.createPlanner }).create(snapshot, progress, means),
    close: async () => {
      // One that could not be opened has been told already.
      const session = await opened?.catch(() => null);
      await session?.close();
    },
  };
}
