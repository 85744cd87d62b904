import type { DdlChange } from "../engine.ts";
import type { CallSite } from "../log/query-event.ts";

export type FindingCode =
  | "bloated-index"
  | "duplicate-index"
  | "invalid-index"
  | "misaligned-key-types"
  | "missing-index"
  | "missing-primary-key"
  | "missing-statistics"
  | "n-plus-one"
  | "non-sargable-predicate"
  | "offset-pagination"
  | "outer-join-filtered"
  | "redundant-index"
  | "sequence-near-limit"
  | "skewed-query"
  | "stale-statistics"
  | "unindexed-foreign-key"
  | "unused-index";

/** From mild to grave. */
export const SEVERITIES = ["info", "warning", "error"] as const;
export type Severity = (typeof SEVERITIES)[number];

/**
 * `verified`: a planner or the catalog proved it. `estimated`: likely, by statistics.
 * `insufficient-evidence`: named because it deserves a look; `evidence` says what is missing, and `ddl` is null.
 */
export type Confidence = "verified" | "estimated" | "insufficient-evidence";

/** What a finding is about. */
export interface FindingObject {
  readonly type: "table" | "index" | "constraint" | "column" | "sequence";
  readonly schema: string;
  readonly table: string;
  /** Name of the index or constraint; `null` for the other types (a sequence's name is `table`); for `missing-index` the proposed name. */
  readonly name: string | null;
  readonly columns: readonly string[];
}

/** One line of the ledger: a question that was asked, and what the answer says about the advice. */
export interface Evidence {
  /** Stable name of the check: `constraint`, `replica-identity`, `statistics-age`, `replicas`, `workload`, `replan`. */
  readonly check: string;
  /** `for` the advice, `against` it, or `unknown` (could not be read, or too little of it). */
  readonly verdict: "for" | "against" | "unknown";
  readonly detail: string;
}

/** What the advice does to one query. */
export interface QueryImpact {
  readonly fingerprint: string;
  /** Text without constants. */
  readonly sql: string;
  readonly calls: number;
  readonly totalMs: number | undefined;
  /** Lines of code that sent it, most calls first; none where no source knew. */
  readonly callSites: readonly CallSite[];
  readonly costBefore: number;
  readonly costAfter: number;
  /**
   * The query in other words, numbered as `sql` is; `costAfter` is then of this text. `null` where the query stays as it is.
   * The finding's evidence says whether the two give the same rows.
   */
  readonly rewrite: string | null;
  readonly planBefore: readonly string[];
  readonly planAfter: readonly string[];
}

export interface Finding {
  readonly code: FindingCode;
  readonly severity: Severity;
  readonly object: FindingObject;
  /** One sentence: what is so, and what it costs or saves. */
  readonly message: string;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
  readonly queries: readonly QueryImpact[];
  /** Bytes that the advice adds (positive) or frees (negative); `null` where not known. */
  readonly bytes: number | null;
  /** Execution time saved per day in milliseconds, by estimated cost; `null` where the workload has no times. */
  readonly savedMsPerDay: number | null;
  /** Statements to run, in order, and those that take them back; `null` where no change is advised. */
  readonly ddl: DdlChange | null;
  /** Which planner answered; `null` where none was needed. */
  readonly planner: string | null;
}
