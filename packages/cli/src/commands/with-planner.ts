import { type Engine, engineNamed, type Planner, type Snapshot } from "@dbadvise/advisor";

/**
 * Lets `use` run an analysis and put further questions to the same planner: starting one takes seconds.
 * The planner is closed at the end.
 */
export async function withPlanner<T>(
  snapshot: Snapshot,
  progress: (message: string) => void,
  use: (engine: Engine, planner: Planner) => Promise<T>,
): Promise<T> {
  const engine = engineNamed(snapshot.server.engine);
  const planner = await engine.createPlanner(snapshot, progress);
  try {
    return await use(engine, planner);
  } finally {
    await planner.close();
  }
}
