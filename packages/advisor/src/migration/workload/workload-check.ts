import type { ChangedSnapshot } from "../../catalog/changed-snapshot.ts";
import type { Snapshot } from "../../catalog/snapshot.ts";
import type { Engine } from "../../engine.ts";
import type { Planner } from "../../whatif/planner.ts";
import type { Workload } from "../../workload/workload.ts";
import type { MigrationFinding } from "../migration-finding.ts";
import type { CheckedStatement } from "../migration-rule.ts";
import type { CauseFinder } from "./find-cause.ts";
import type { Comparison } from "./compare-plans.ts";

/** A finding as a producer hands it over; who collects them gives the fingerprint. */
export type WorkloadFinding = Omit<MigrationFinding, "fingerprint">;

/** Production before the change and as the change leaves it, and what its workload costs in both. */
export interface WorkloadCheck {
  readonly engine: Engine;
  /** Statements of the change that go up, in order: positions of changes count from here. */
  readonly statements: readonly CheckedStatement[];
  readonly before: Snapshot;
  readonly changed: ChangedSnapshot;
  readonly workload: Workload;
  readonly planner: { readonly before: Planner; readonly after: Planner };
  readonly comparison: Comparison;
  readonly causes: CauseFinder;
}
