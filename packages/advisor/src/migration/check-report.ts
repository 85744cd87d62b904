import type { MigrationFinding } from "./migration-finding.ts";
import type { SourcePlace } from "./migration.ts";
import type { RunnerName } from "./runner.ts";

/** The JSON report's version: raised on an incompatible change. Its schema is packages/advisor/check-report.schema.json. */
export const CHECK_REPORT_VERSION = 1;

/** Something that kept a statement or a file from being checked: it is never taken for safe. */
export interface CheckProblem {
  readonly place: SourcePlace;
  readonly message: string;
  /** What to do next. */
  readonly hint: string;
}

/** A migration that was checked, with its files: places of statements name them. */
export interface CheckedMigration {
  readonly name: string;
  readonly file: string;
  /** `null` where `down` stands in the same file, or there is none. */
  readonly downFile: string | null;
}

/** A finding that a comment in the migration silences. */
export interface IgnoredFinding {
  readonly finding: MigrationFinding;
  readonly reason: string;
}

/** What `check` found in changed migrations, and what it looked at. Reporters only render it. */
export interface CheckReport {
  readonly version: typeof CHECK_REPORT_VERSION;
  /** ISO time. */
  readonly checkedAt: string;
  readonly engine: string;
  readonly runner: RunnerName;
  /** `null`: there was no trial database, all findings are inferred. */
  readonly trial: string | null;
  /** The revision that changes are counted from; `null`: every migration is checked. */
  readonly base: string | null;
  /** ISO time of the production snapshot; `null` without one. */
  readonly snapshotAt: string | null;
  /** Migrations in the history, and those that were checked. */
  readonly migrations: { readonly total: number; readonly checked: readonly CheckedMigration[] };
  /** By file and line. */
  readonly findings: readonly MigrationFinding[];
  readonly ignored: readonly IgnoredFinding[];
  /** Known from the baseline file: not findings of this change. */
  readonly known: readonly MigrationFinding[];
  /** Comments that silence nothing, and comments without a reason. */
  readonly ignoreProblems: readonly CheckProblem[];
  /** Errors: the exit code is 2. */
  readonly problems: readonly CheckProblem[];
  readonly coverage: {
    readonly statements: number;
    readonly measured: number;
    readonly inferred: number;
    /** Statements whose text does not say what they do, each with why. */
    readonly notAnalyzed: readonly { readonly place: SourcePlace; readonly reason: string }[];
    /** Queries of the workload that were planned before and after; `null` without a workload. */
    readonly queries: { readonly planned: number; readonly skipped: number } | null;
  };
  /** Why there is no finding where one may be expected. */
  readonly notes: readonly string[];
}
