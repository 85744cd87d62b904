import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Engine, PlannerMeans } from "../../engine.ts";
import { buildWorkload } from "../../workload/build-workload.ts";
import type { EventSource } from "../../log/event-source.ts";
import { statisticsFinder } from "../../catalog/find-statistics.ts";
import { type FindingContext, serverContext } from "../finding-context.ts";

/** What a real server's capture says, planned by the real sandbox. `close` ends the sandbox. */
export interface RealContext {
  readonly context: FindingContext;
  close(): Promise<void>;
}

/**
 * Captures a server as `analyze` does, with statements as the workload, each executed a hundred times. `change` may stand
 * for what a test can't wait for: older counters, more rows.
 */
export async function realContext(
  engine: Engine,
  url: string,
  statements: readonly string[],
  change: (snapshot: Snapshot) => Snapshot = (snapshot) => snapshot,
  means?: PlannerMeans,
): Promise<RealContext> {
  const session = await engine.connect(url);
  const captured = await engine.capture(session, {
    values: true,
    workload: false,
    node: "db1:5432/shop",
  });
  await session.close();
  const snapshot = change(captured);
  const workload = await buildWorkload(
    [statementSource(statements)],
    engine.parse,
    snapshot.catalog,
    statisticsFinder(snapshot),
  );
  const planner = await engine.createPlanner(snapshot, () => {}, means);
  return {
    context: {
      snapshot,
      workload,
      planner,
      selection: null,
      ...serverContext(engine, snapshot),
      now: new Date(snapshot.capturedAt),
    },
    close: () => planner.close(),
  };
}

function statementSource(statements: readonly string[]): EventSource {
  return {
    name: "test",
    events: (async function* () {
      for (const sql of statements) yield { sql, calls: 100, totalMs: 1_000 };
    })(),
    summary: () => ({ records: statements.length, unread: 0, seconds: undefined }),
  };
}

/** The same counters, as if they had run for five weeks. */
export function withOldCounters(snapshot: Snapshot): Snapshot {
  const since = new Date(Date.parse(snapshot.capturedAt) - 35 * 86_400_000).toISOString();
  return { ...snapshot, nodes: snapshot.nodes.map((node) => ({ ...node, since })) };
}
