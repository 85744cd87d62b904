import type { Catalog } from "../catalog/catalog.ts";
import type { Snapshot } from "../catalog/snapshot.ts";
import type { Severity } from "../findings/finding.ts";
import type { EventSource } from "../log/event-source.ts";
import { CHECK_REPORT_VERSION, type CheckReport } from "./check-report.ts";
import { MIGRATION_CODES } from "./finding-titles.ts";
import type { MigrationEngine } from "./migration-engine.ts";
import type { MigrationFinding, MigrationFindingCode } from "./migration-finding.ts";
import type { CheckedStatement, RuleContext } from "./migration-rule.ts";
import type { Migration } from "./migration.ts";
import { type Replay, replayMigrations } from "./replay-migrations.ts";
import type { Runner } from "./runner.ts";
import { silenceFindings } from "./silence-findings.ts";
import type { Trial } from "./trial.ts";
import { checkWorkload, type WorkloadVerdicts } from "./workload/check-workload.ts";
import { readProduction } from "./workload/read-production.ts";
import { fingerprintOf, writeFinding, writeSteps } from "./write-finding.ts";

export interface CheckOptions {
  readonly engine: MigrationEngine;
  readonly runner: Runner;
  /** All of the history, in order. */
  readonly migrations: readonly Migration[];
  /** Paths of files that the change adds or edits; `null`: every migration is checked, each as a change of its own. */
  readonly changed: ReadonlySet<string> | null;
  /** The revision that `changed` counts from, for the report. */
  readonly base: string | null;
  /** `embedded`, a connection string, or `none`. Default `embedded`. */
  readonly trial?: string;
  readonly snapshot?: Snapshot;
  /** Workload beside the snapshot's. */
  readonly sources?: readonly EventSource[];
  /** Queries that the change brings: files of SQL, captures of a test run. */
  readonly newQueries?: readonly EventSource[];
  readonly severities?: Readonly<Partial<Record<MigrationFindingCode, Severity | "off">>>;
  /** As `server_version_num`. Default: the snapshot's, or else the engine's. */
  readonly serverVersion?: number;
  /** Where files' paths begin. Default: the process's working directory. */
  readonly directory?: string;
  /** Fingerprints that were known before. */
  readonly baseline?: ReadonlySet<string>;
  /** Whether the tool itself sets a lock timeout (by role or connection string), in milliseconds. Default: it does not. */
  readonly lockTimeoutMs?: number;
  readonly progress?: (message: string) => void;
  /** Default now. */
  readonly now?: Date;
}

/** What changed migrations lock, rewrite and break, and what they do to the queries of the workload. */
export async function checkMigrations(options: CheckOptions): Promise<CheckReport> {
  const { engine, runner, migrations, changed, progress = () => {} } = options;
  const isChecked = (migration: Migration): boolean =>
    changed === null ||
    changed.has(migration.file) ||
    (migration.downFile !== undefined && changed.has(migration.downFile));
  const checked = migrations.filter(isChecked);
  const trial = checked.length === 0 ? null : await openTrial(options);
  const schemas: { before: Catalog | null; after: Catalog | null } = { before: null, after: null };
  try {
    const replay = await replayMigrations({
      engine,
      trial,
      migrations,
      isChecked,
      // Nobody says what belongs together: taking a whole history for one change would make every table new.
      eachAlone: changed === null,
      lockTimeoutMs: options.lockTimeoutMs ?? null,
      progress,
      beforeChange: async (whole) => {
        schemas.before = await schemaOf(options, whole);
      },
    });
    schemas.after = await schemaOf(options, replay.trial);
    const workload = await workloadVerdicts(options, checked, replay, schemas);
    progress("checking the rules");
    const context: RuleContext = {
      runner,
      serverVersion: serverVersion(options, trial),
      production:
        options.snapshot === undefined
          ? () => null
          : readProduction(options.snapshot, workload?.workload ?? null),
      final: replay.final,
      quote: engine.quote,
    };
    const findings = withFingerprints([
      ...replay.statements.flatMap((statement) => findingsOf(statement, context, options)),
      ...workloadFindings(workload, options),
    ]);
    return await reportOf(options, trial, checked, replay, findings, workload);
  } finally {
    await trial?.close();
  }
}

/** The trial's schema as the advisor sees it; `null` where there is no trial, or nothing that reads it. */
async function schemaOf({ engine }: CheckOptions, trial: Trial | null): Promise<Catalog | null> {
  if (trial === null || engine.advisor === undefined) return null;
  const options = { values: false, workload: false, node: trial.name };
  return (await engine.advisor.capture(trial.session, options)).catalog;
}

async function workloadVerdicts(
  options: CheckOptions,
  checked: readonly Migration[],
  { statements }: Replay,
  { before, after }: { readonly before: Catalog | null; readonly after: Catalog | null },
): Promise<WorkloadVerdicts | null> {
  const { engine, runner, snapshot = null, sources = [], newQueries = [] } = options;
  // Queries may change where no migration does.
  if (checked.length === 0 && newQueries.length === 0) return null;
  const last = checked.at(-1) ?? options.migrations.at(-1);
  if (engine.advisor === undefined || last === undefined) return null;
  return checkWorkload({
    engine: engine.advisor,
    snapshot,
    sources,
    newQueries,
    statements,
    trial: before === null || after === null ? null : { before, after },
    write: ({ apply, undo }) => {
      const step = { title: "add indexes", up: apply, down: undo, outsideTransaction: true };
      return writeSteps(runner, [step], last);
    },
    ...(options.progress === undefined ? {} : { progress: options.progress }),
    ...(options.now === undefined ? {} : { now: options.now }),
  });
}

function workloadFindings(
  workload: WorkloadVerdicts | null,
  { severities = {} }: CheckOptions,
): readonly Omit<MigrationFinding, "fingerprint">[] {
  return (workload?.findings ?? []).flatMap((finding) => {
    const severity = severities[finding.code] ?? finding.severity;
    return severity === "off" ? [] : [{ ...finding, severity }];
  });
}

async function openTrial({ engine, trial, progress }: CheckOptions): Promise<Trial | null> {
  if (trial === "none") return null;
  const url = trial === undefined || trial === "embedded" ? null : trial;
  return engine.openTrial({ url, progress: progress ?? (() => {}) });
}

function serverVersion(options: CheckOptions, trial: Trial | null): number {
  return (
    options.serverVersion ??
    options.snapshot?.server.versionNumber ??
    trial?.versionNumber ??
    options.engine.defaultVersion
  );
}

function findingsOf(
  checked: CheckedStatement,
  context: RuleContext,
  { engine, severities = {} }: CheckOptions,
): readonly Omit<MigrationFinding, "fingerprint">[] {
  return engine.rules.flatMap((rule) => {
    const wanted = severities[rule.code];
    if (wanted === "off" || (checked.direction === "down" && rule.down !== true)) return [];
    return rule
      .check(checked, context)
      .map((verdict) =>
        writeFinding(rule, verdict, checked, context, wanted ?? verdict.severity ?? rule.severity),
      );
  });
}

function withFingerprints(
  findings: readonly Omit<MigrationFinding, "fingerprint">[],
): readonly MigrationFinding[] {
  const seen = new Map<string, number>();
  return findings.map((finding) => {
    const first = fingerprintOf(finding, 0);
    const nth = seen.get(first) ?? 0;
    seen.set(first, nth + 1);
    return { ...finding, fingerprint: nth === 0 ? first : fingerprintOf(finding, nth) };
  });
}

async function reportOf(
  options: CheckOptions,
  trial: Trial | null,
  checked: readonly Migration[],
  { statements, problems, notAnalyzed }: Replay,
  all: readonly MigrationFinding[],
  workload: WorkloadVerdicts | null,
): Promise<CheckReport> {
  const checkedFiles = checked.map(({ name, file, downFile = null }) => ({ name, file, downFile }));
  const { findings, ignored, ignoreProblems } = await silenceFindings({
    findings: all,
    checked: checkedFiles,
    statements: statements.map(({ statement }) => statement.place),
    problems,
    directory: options.directory ?? process.cwd(),
    syntax: options.engine.commentSyntax,
    off: offRules(options),
  });
  const measured = statements.filter(({ observation }) => observation?.unseen.length === 0).length;
  const known = findings.filter(({ fingerprint }) => options.baseline?.has(fingerprint));
  return {
    version: CHECK_REPORT_VERSION,
    checkedAt: (options.now ?? new Date()).toISOString(),
    engine: options.engine.name,
    runner: options.runner.name,
    trial: trial?.name ?? null,
    base: options.base,
    snapshotAt: options.snapshot?.capturedAt ?? null,
    migrations: {
      total: options.migrations.length,
      checked: checkedFiles,
    },
    findings: findings.filter((finding) => !known.includes(finding)).toSorted(byPlace),
    ignored,
    known,
    ignoreProblems,
    problems,
    coverage: {
      statements: statements.length,
      measured,
      inferred: statements.length - measured - notAnalyzed.length,
      notAnalyzed: [...notAnalyzed, ...(workload?.notAnalyzed ?? [])],
      queries: workload?.coverage ?? null,
    },
    notes: [...replayNotes(options, trial), ...(workload?.notes ?? [])],
  };
}

/** Why less is known than could be. */
function replayNotes({ engine, snapshot }: CheckOptions, trial: Trial | null): readonly string[] {
  return [
    ...(trial === null
      ? [
          `no trial database: everything about ${engine.name} is concluded from the statements' text`,
        ]
      : []),
    ...(snapshot === undefined
      ? ["no snapshot of production: sizes and queries are not known (`--snapshot`)"]
      : []),
  ];
}

function offRules({ severities = {} }: CheckOptions): ReadonlySet<MigrationFindingCode> {
  return new Set(MIGRATION_CODES.filter((code) => severities[code] === "off"));
}

function byPlace(one: MigrationFinding, other: MigrationFinding): number {
  return (
    Number(one.place.file > other.place.file) - Number(one.place.file < other.place.file) ||
    one.place.line - other.place.line ||
    one.place.column - other.place.column
  );
}
