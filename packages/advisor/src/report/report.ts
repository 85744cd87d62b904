import type { CaptureGap } from "../catalog/snapshot.ts";
import type { Finding } from "../findings/finding.ts";
import type { PlannerCalls } from "../whatif/planner.ts";
import type { SkippedQuery } from "../workload/workload.ts";

/** The JSON report's version: raised on an incompatible change. Its schema is packages/advisor/report.schema.json. */
export const REPORT_VERSION = 1;

/** Everything that an analysis found, and what it looked at. Reporters only render it. */
export interface Report {
  readonly version: typeof REPORT_VERSION;
  /** ISO time of the analysis. */
  readonly analyzedAt: string;
  readonly server: {
    readonly engine: string;
    readonly version: string;
    readonly database: string;
    /** ISO time of the snapshot. */
    readonly capturedAt: string;
    /** `host:port/database` of each server whose counters were read. */
    readonly nodes: readonly string[];
  };
  readonly planner: { readonly name: string; readonly calls: PlannerCalls } | null;
  readonly workload: {
    readonly sources: readonly string[];
    readonly queries: number;
    readonly calls: number;
    readonly totalMs: number | undefined;
    readonly seconds: number | undefined;
  };
  /** Ordered by time saved per day, then severity, then code and object. */
  readonly findings: readonly Finding[];
  /** What was not analysed, and why. */
  readonly notAnalyzed: {
    readonly objects: readonly CaptureGap[];
    readonly queries: readonly SkippedQuery[];
  };
  /** Why there is no finding where one may be expected: `table public.t has 12 rows: too small to matter`. */
  readonly notes: readonly string[];
}
