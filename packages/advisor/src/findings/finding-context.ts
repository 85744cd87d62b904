import type { CandidateIndex } from "../candidates/candidate-index.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { UsageHistory } from "../catalog/usage-history.ts";
import type { DdlWriter, Engine } from "../engine.ts";
import type { Planner } from "../whatif/planner.ts";
import type { IndexSelection } from "../whatif/select-indexes.ts";
import type { Workload } from "../workload/workload.ts";

/** What every finding may look at. */
export interface FindingContext {
  readonly snapshot: Snapshot;
  readonly workload: Workload;
  /** Counters of earlier times; what the snapshot's nodes count is each one's last record. Absent: there are none. */
  readonly history?: UsageHistory;
  /** `null` where there is no query to plan. */
  readonly planner: Planner | null;
  /** Indexes chosen for the workload; `null` without a planner. */
  readonly selection: IndexSelection | null;
  readonly ddl: DdlWriter;
  readonly reviewQuery: Engine["reviewQuery"];
  /** The name of a proposed index: the same in every finding, and no two alike. */
  readonly nameIndex: (candidate: CandidateIndex) => string;
  /** Time of the analysis. */
  readonly now: Date;
}
