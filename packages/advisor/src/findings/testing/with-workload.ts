import { generateCandidates } from "../../candidates/generate-candidates.ts";
import type { Engine } from "../../engine.ts";
import { selectIndexes } from "../../whatif/select-indexes.ts";
import { buildWorkload } from "../../workload/build-workload.ts";
import type { FindingContext } from "../finding-context.ts";

/** The context with other statements as its workload, each executed a hundred times, and indexes chosen for them. */
export async function withWorkload(
  engine: Engine,
  context: FindingContext,
  statements: readonly string[],
): Promise<FindingContext> {
  const { snapshot, planner } = context;
  if (planner === null) throw new Error("a planner is needed");
  const events = statements.map((sql) => ({ sql, calls: 100, totalMs: 1_000 }));
  const source = {
    name: "test",
    events: (async function* () {
      yield* events;
    })(),
    summary: () => ({ records: events.length, unread: 0, seconds: undefined }),
  };
  const workload = await buildWorkload([source], engine.parse, snapshot.catalog);
  const candidates = generateCandidates(workload.queries, snapshot, context);
  const selection = await selectIndexes(planner, workload.queries, candidates);
  return { ...context, workload, selection };
}
