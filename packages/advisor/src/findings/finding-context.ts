import type { CandidateIndex } from "../candidates/candidate-index.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { UsageHistory } from "../catalog/usage-history.ts";
import type { IndexForms } from "../candidates/index-forms.ts";
import type { DdlWriter, Engine, EngineWords } from "../engine.ts";
import type { Planner } from "../whatif/planner.ts";
import type { IndexSelection } from "../whatif/select-indexes.ts";
import type { Workload } from "../workload/workload.ts";
import { nameIndexes } from "./name-indexes.ts";

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
  readonly forms: IndexForms;
  readonly words: EngineWords;
  readonly reviewQuery: Engine["reviewQuery"];
  /** The name of a proposed index: the same in every finding, and no two alike. */
  readonly nameIndex: (candidate: CandidateIndex) => string;
  /** Time of the analysis. */
  readonly now: Date;
}

/** What an engine knows of the snapshot's server. */
export function serverContext(
  engine: Pick<Engine, "ddl" | "indexForms" | "words" | "reviewQuery">,
  snapshot: Pick<Snapshot, "catalog" | "server">,
): Pick<FindingContext, "ddl" | "forms" | "nameIndex" | "reviewQuery" | "words"> {
  const ddl = engine.ddl(snapshot);
  return {
    ddl,
    forms: engine.indexForms(snapshot),
    words: engine.words,
    reviewQuery: engine.reviewQuery,
    nameIndex: nameIndexes(ddl, snapshot.catalog),
  };
}
