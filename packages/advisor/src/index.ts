/**
 * Index advice for SQL databases, verified by the database's own planner.
 *
 * ```ts
 * const snapshot = await captureServers(["postgres://localhost/shop"]);
 * const report = await analyze({ engine: engineNamed(snapshot.server.engine), snapshot });
 * process.stdout.write(render(report, "text", { color: false, width: 100 }));
 * ```
 */

// 1. The database's description: of live servers, or from a file.
export { captureServers, type CaptureServersOptions, captureUsage } from "./capture-servers.ts";
export { appendUsage, readUsage, type UsageFile } from "./catalog/usage-file.ts";
export {
  daysBetween,
  indexHistory,
  nameOf,
  scansPerDay,
  usageHistory,
  usageRecord,
} from "./catalog/usage-history.ts";
export type { UsageHistory, UsageRecord, UsageSpan } from "./catalog/usage-history.ts";
export { readSnapshot } from "./catalog/read-snapshot.ts";
export { writeSnapshot } from "./catalog/write-snapshot.ts";
export { tableKey } from "./catalog/catalog.ts";
export type * from "./catalog/catalog.ts";
export type * from "./catalog/snapshot.ts";

// 2. The workload, beside the one in the snapshot.
export { openCapture } from "./log/capture-file.ts";
export { openLog } from "./digest/open-log.ts";
export { openSqlFile } from "./log/open-sql-file.ts";
export { statementList } from "./log/statement-list.ts";
export type { EventSource, EventSourceSummary } from "./log/event-source.ts";
export type { CallSite, QueryEvent } from "./log/query-event.ts";

// 3. The analysis, and its report.
export { analyze, type AnalyzeOptions } from "./analyze.ts";
export { render, REPORT_FORMATS, type ReportFormat } from "./report/render.ts";
export type { Report } from "./report/report.ts";
export { type Finding, type FindingCode, SEVERITIES, type Severity } from "./findings/finding.ts";
export type { Confidence, Evidence, FindingObject, QueryImpact } from "./findings/finding.ts";

// Its stages one by one: workload, candidates, choice.
export { buildWorkload } from "./workload/build-workload.ts";
export { type CandidateSet, generateCandidates } from "./candidates/generate-candidates.ts";
export { candidateId } from "./candidates/candidate-index.ts";
export { selectIndexes, type IndexSelection } from "./whatif/select-indexes.ts";
export type { SelectionLimits, SelectionOptions } from "./whatif/select-indexes.ts";

// Engines and planners, for questions of one's own.
export { engineFor, engineNamed, ENGINES } from "./engines.ts";
export type { CaptureOptions, DdlWriter, Engine, ParsedText, Session } from "./engine.ts";
export type { EmptyDatabase, PlannerChoice, PlannerMeans } from "./engine.ts";
export type { CandidateIndex } from "./candidates/candidate-index.ts";
export { columnIndex } from "./candidates/column-index.ts";
export type { Plan, PlanResult } from "./whatif/plan.ts";
export type { IndexConfiguration, Planner, PlannerCalls, Proposal } from "./whatif/planner.ts";
export type {
  Predicate,
  PredicateRole,
  SortKey,
  Statement,
  TableUse,
} from "./workload/statement.ts";
export type { Query, QuerySample, SkippedQuery } from "./workload/workload.ts";

// 4. The check of migrations, before they are merged.
export { type CheckOptions, checkMigrations } from "./migration/check-migrations.ts";
export { detectRunner, type DetectedRunner } from "./migration/detect-runner.ts";
export { migrationEngineFor, migrationEngineNamed, MIGRATION_ENGINES } from "./engines.ts";
export { CHECK_FORMATS, type CheckFormat, renderCheck } from "./migration/report/render-check.ts";
export {
  type CheckRenderOptions,
  fails,
  type FailsFrom,
} from "./migration/report/check-summary.ts";
export { baselineText, readBaseline, updatedBaseline } from "./migration/baseline.ts";
export type { BaselineEntry } from "./migration/baseline.ts";
export { isMigrationCode, MIGRATION_CODES, nearestCode } from "./migration/finding-titles.ts";
export type { CheckedMigration, CheckProblem, CheckReport } from "./migration/check-report.ts";
export type { IgnoredFinding } from "./migration/check-report.ts";
export type {
  Basis,
  MigrationFinding,
  MigrationFindingCode,
} from "./migration/migration-finding.ts";
export type { Migration, MigrationStatement, SourcePlace } from "./migration/migration.ts";
export type { MigrationEngine } from "./migration/migration-engine.ts";
export { type Runner, RUNNER_NAMES, type RunnerName } from "./migration/runner.ts";

// 5. Digests of logs of any size, and errors that a user can act on.
export * from "./logs.ts";
