import { generateCandidates } from "./candidates/generate-candidates.ts";
import { statisticsFinder } from "./catalog/find-statistics.ts";
import { addHistory } from "./catalog/add-history.ts";
import type { Snapshot } from "./catalog/snapshot.ts";
import type { UsageRecord } from "./catalog/usage-history.ts";
import { digestOfLogs } from "./digest/digest-of-logs.ts";
import type { Engine } from "./engine.ts";
import { allFindings } from "./findings/all-findings.ts";
import { serverContext } from "./findings/finding-context.ts";
import type { EventSource } from "./log/event-source.ts";
import { buildReport } from "./report/build-report.ts";
import type { Report } from "./report/report.ts";
import {
  type IndexSelection,
  selectIndexes,
  type SelectionLimits,
} from "./whatif/select-indexes.ts";
import type { Planner } from "./whatif/planner.ts";
import { readByPlan } from "./whatif/read-by-plan.ts";
import { tableUpkeep } from "./whatif/table-upkeep.ts";
import { buildWorkload } from "./workload/build-workload.ts";
import { snapshotSource } from "./workload/snapshot-source.ts";

export interface AnalyzeOptions {
  readonly engine: Engine;
  /** Of a live server just now, or read from a file: the analysis is the same. */
  readonly snapshot: Snapshot;
  /**
   * Who plans: a planner, which is left open, or how to make one, which is asked where there is something to plan and is
   * closed at the end. Default: the best that the engine can have with the snapshot alone.
   */
  readonly planner?: Planner | ((snapshot: Snapshot) => Promise<Planner>);
  /** Further workload beside the one in the snapshot: logs, lists of statements. Default none. */
  readonly sources?: readonly EventSource[];
  /** Usage counters of earlier times, of the snapshot's servers and others of the same database. Default none. */
  readonly usage?: readonly UsageRecord[];
  /** Whether the snapshot's own workload counts. Default true. */
  readonly useSnapshotWorkload?: boolean;
  /** What the advised indexes may take together, in bytes and in number, and how long they are searched for. Default: no limit. */
  readonly limits?: SelectionLimits;
  /** Told what is being done, for anything that may take over a second. */
  readonly progress?: (message: string) => void;
  /** Time of the analysis. Default now. */
  readonly now?: Date;
}

/**
 * The stages in order: workload, candidates, what-if, findings, report.
 * Throws `DbadviseError` where nothing can be said at all; what can't be analysed otherwise is listed in the report.
 */
export async function analyze(options: AnalyzeOptions): Promise<Report> {
  const { engine, limits = {}, progress = () => {}, now = new Date() } = options;
  const { snapshot, history } = addHistory(options.snapshot, options.usage ?? []);
  const own = options.useSnapshotWorkload === false ? [] : snapshotSource(snapshot);
  const sources = [...own, ...(options.sources ?? [])];

  progress("reading the workload");
  const read = await buildWorkload(
    sources,
    engine.parse,
    snapshot.catalog,
    statisticsFinder(snapshot),
  );
  const server = serverContext(engine, snapshot);
  const candidates = generateCandidates(read.queries, snapshot, server);
  const { planner: given = (from: Snapshot) => engine.createPlanner(from, progress) } = options;
  const planner =
    read.queries.length === 0 ? null : typeof given === "function" ? await given(snapshot) : given;
  try {
    const workload = await readByPlan(read, planner);
    const selection: IndexSelection | null =
      planner === null
        ? null
        : await selectIndexes(planner, workload.queries, candidates, {
            limits,
            upkeep: tableUpkeep(snapshot, workload, engine.indexWrites(snapshot)),
            progress,
          });
    progress("checking the catalog");
    const context = {
      snapshot,
      ...(history === undefined ? {} : { history }),
      workload,
      planner,
      selection,
      ...server,
      now,
    };
    const findings = await allFindings(context);
    const digest = await digestOfLogs(sources, engine.fingerprinter);
    return buildReport({ context, sources, candidates, findings, limits, digest });
  } finally {
    if (planner !== given) await planner?.close();
  }
}
