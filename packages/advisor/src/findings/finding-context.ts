import type { Snapshot } from "../catalog/snapshot.ts";
import type { DdlWriter } from "../engine.ts";
import type { Planner } from "../whatif/planner.ts";
import type { IndexSelection } from "../whatif/select-indexes.ts";
import type { Workload } from "../workload/workload.ts";

/** What every finding may look at. */
export interface FindingContext {
  readonly snapshot: Snapshot;
  readonly workload: Workload;
  /** `null` where there is no query to plan. */
  readonly planner: Planner | null;
  /** Indexes chosen for the workload; `null` without a planner. */
  readonly selection: IndexSelection | null;
  readonly ddl: DdlWriter;
  /** Time of the analysis. */
  readonly now: Date;
}
