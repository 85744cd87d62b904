import type { CandidateIndex } from "../candidates/candidate-index.ts";
import type { TableName } from "../catalog/catalog.ts";
import type { CaptureGap } from "../catalog/snapshot.ts";
import type { Query, QuerySample } from "../workload/workload.ts";
import type { PlanResult } from "./plan.ts";

/** The indexes that a plan may use: all existing ones, without `hide`, with `add`. */
export interface IndexConfiguration {
  readonly add: readonly CandidateIndex[];
  /** Existing indexes, as `indexTableName` gives them. */
  readonly hide: readonly TableName[];
}

export interface PlannerCalls {
  /** Plans that were asked for. */
  readonly requests: number;
  /** Plans that the planner made; the others came from the cache. */
  readonly planned: number;
  readonly milliseconds: number;
}

/** A candidate that the planner took in, or why it did not. */
export type Proposal =
  | {
      readonly candidate: CandidateIndex;
      readonly accepted: true;
      /** Estimated size in bytes. */ readonly bytes: number;
    }
  | { readonly candidate: CandidateIndex; readonly accepted: false; readonly reason: string };

/** Answers "what would this query cost with these indexes". Plans are never executed. */
export interface Planner {
  /** Named in every finding: `sandbox (PostgreSQL 18.6)`. */
  readonly name: string;
  readonly capabilities: {
    /** Can plan with indexes that do not exist. */
    readonly hypotheticalIndexes: boolean;
    /** Can plan without an index that exists. */
    readonly hideIndexes: boolean;
    /** Whether a server's own planner answers with new indexes. False: a model of it does, and results are estimates. */
    readonly verifies: boolean;
  };
  /** Objects of the snapshot that the planner does not know, and why: queries on them can't be planned. */
  readonly gaps: readonly CaptureGap[];
  /** Makes candidates known before they can be part of a configuration. A refused one can't be planned with. */
  propose(candidates: readonly CandidateIndex[]): Promise<readonly Proposal[]>;
  /**
   * Plans one query: as a shape, or with the values of one of its samples, which are then redacted in the plan's lines.
   * Cached by text and by the configuration's indexes on the query's tables.
   * A query that can't be planned is a value (`ok: false`), not an exception.
   */
  plan(query: Query, configuration: IndexConfiguration, sample?: QuerySample): Promise<PlanResult>;
  calls(): PlannerCalls;
  close(): Promise<void>;
}
