import type { CaptureGap } from "../catalog/snapshot.ts";
import type { Digest } from "../digest/digest.ts";
import type { Finding } from "../findings/finding.ts";
import type { CallSite } from "../log/query-event.ts";
import type { PlannerCalls } from "../whatif/planner.ts";
import type { SkippedQuery } from "../workload/workload.ts";

/** The JSON report's version: raised on an incompatible change. Its schema is packages/advisor/report.schema.json. */
export const REPORT_VERSION = 1;

/** What indexes could do for the whole workload, and what the advised ones do. Costs are shares of today's: 1 is today. */
export interface SelectionReport {
  /** With the advised indexes, what writes pay for them included. */
  readonly cost: number;
  /** False where the time limit ended the search: more time may find more. */
  readonly complete: boolean;
  readonly budgetBytes: number | null;
  readonly maxIndexes: number | null;
  /** The least cost for the bytes spent, ascending by bytes; the first is today. */
  readonly curve: readonly {
    readonly bytes: number;
    readonly cost: number;
    /** `schema.table (columns)` of each index. */
    readonly indexes: readonly string[];
    /** True of the point after which more bytes save little. */
    readonly knee: boolean;
  }[];
  /** Queries that cost more with the advised indexes, those that add most first. */
  readonly worse: readonly {
    readonly fingerprint: string;
    readonly sql: string;
    readonly calls: number;
    /** Lines of code that sent it, most calls first. */
    readonly callSites: readonly CallSite[];
    /** `plan`: its plan is dearer. `upkeep`: it writes entries of the advised indexes. */
    readonly cause: "plan" | "upkeep";
    /** The query's share of the workload's cost today. */
    readonly share: number;
    /** Planner's cost of one execution; for `upkeep` the new indexes' entries are added to the second. */
    readonly costBefore: number;
    readonly costAfter: number;
  }[];
}

/** A table with its indexes as they are. Names as stored, not quoted. */
export interface ReportedTable {
  readonly schema: string;
  readonly name: string;
  /** By the planner's statistics; `null` where it has none. */
  readonly rows: number | null;
  readonly indexes: readonly ReportedIndex[];
}

export interface ReportedIndex {
  readonly name: string;
  /** Access method. */
  readonly method: string;
  /** Columns in order; expressions as SQL. */
  readonly keys: readonly string[];
  /** Columns that are stored, not searchable. */
  readonly include: readonly string[];
  /** Condition of a partial index. */
  readonly predicate: string | null;
  readonly unique: boolean;
  readonly primary: boolean;
  /** Name of the constraint that it implements. */
  readonly constraint: string | null;
  /** False after a failed concurrent build. */
  readonly valid: boolean;
  readonly bytes: number;
}

/** Everything that an analysis found, and what it looked at. Reporters only render it. */
export interface Report {
  readonly version: typeof REPORT_VERSION;
  /** ISO time of the analysis. */
  readonly analyzedAt: string;
  readonly server: {
    readonly engine: string;
    /** The server's own name, which is not the engine's where that serves several: `MariaDB`. */
    readonly product: string;
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
  /** `null` where no index was searched for: no query could be planned. */
  readonly selection: SelectionReport | null;
  /** Tables that findings are about or that queries use, by name. */
  readonly tables: readonly ReportedTable[];
  /** What was not analysed, and why. */
  readonly notAnalyzed: {
    readonly objects: readonly CaptureGap[];
    readonly queries: readonly SkippedQuery[];
  };
  /** Why there is no finding where one may be expected: `table public.t has 12 rows: too small to matter`. */
  readonly notes: readonly string[];
  /**
   * What the logs hold over time, without examples and plans, which hold data. Absent where no log was read.
   * Shown by `html` only: a digest has reports of its own.
   */
  readonly digest?: Digest;
}
