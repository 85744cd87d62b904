import type { Snapshot } from "./catalog/snapshot.ts";
import type { Engine } from "./engine.ts";
import type { EventSource } from "./log/event-source.ts";
import type { Report } from "./report/report.ts";

export interface AnalyzeOptions {
  readonly engine: Engine;
  /** Of a live server just now, or read from a file: the analysis is the same. */
  readonly snapshot: Snapshot;
  /** Further workload beside the one in the snapshot: logs, lists of statements. Default none. */
  readonly sources?: readonly EventSource[];
  /** Whether the snapshot's own workload counts. Default true. */
  readonly useSnapshotWorkload?: boolean;
  /** Told what is being done, for anything that may take over a second. */
  readonly progress?: (message: string) => void;
  /** Time of the analysis. Default now. */
  readonly now?: Date;
}

/**
 * The stages in order: workload, candidates, what-if, findings.
 * Throws `DbadviseError` where nothing can be said at all; what can't be analysed otherwise is listed in the report.
 */
export function analyze(options: AnalyzeOptions): Promise<Report> {
  throw new Error(`not yet: ${options.engine.name}`);
}
