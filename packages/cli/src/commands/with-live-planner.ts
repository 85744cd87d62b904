import { DbadviseError, type Engine, type Planner, type Snapshot } from "@dbadvise/advisor";

/** Lets `use` work with a planner on the live server itself; it and its session are closed at the end. */
export async function withLivePlanner<T>(
  engine: Engine,
  url: string,
  snapshot: Snapshot,
  use: (planner: Planner) => Promise<T>,
): Promise<T> {
  if (engine.createLivePlanner === undefined) {
    throw new DbadviseError(
      "bad-option",
      `${engine.name} has no planner on the live server.`,
      "Use --planner sandbox.",
    );
  }
  const session = await engine.connect(url);
  try {
    const planner = await engine.createLivePlanner(session, snapshot);
    try {
      return await use(planner);
    } finally {
      await planner.close();
    }
  } finally {
    await session.close();
  }
}
