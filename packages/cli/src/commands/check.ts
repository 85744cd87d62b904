import { access } from "node:fs/promises";
import { extname } from "node:path";
import {
  type BaselineEntry,
  baselineText,
  type CheckOptions,
  checkMigrations,
  type CheckReport,
  DbadviseError,
  detectRunner,
  engineNamed,
  type EventSource,
  fails,
  type MigrationEngine,
  MIGRATION_ENGINES,
  migrationEngineFor,
  migrationEngineNamed,
  openCapture,
  openSqlFile,
  readBaseline,
  readSnapshot,
  type Snapshot,
  updatedBaseline,
} from "@dbadvise/advisor";
import type { CheckSettings } from "../check-settings.ts";
import { EXIT, type ExitCode } from "../exit-code.ts";
import { expandGlobs } from "../expand-globs.ts";
import { gitChanges, type GitChanges } from "../git-changes.ts";
import { checkOutputFile, writeOutputFile } from "../output-file.ts";
import { leaveWasmPlain } from "./leave-wasm-plain.ts";
import { openLogs } from "./open-logs.ts";

export interface CheckAround {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory, absolute. */
  readonly folder: string;
  readonly progress: (message: string) => void;
}

export interface CheckResult {
  readonly report: CheckReport;
  /** The working directory below the repository's root. */
  readonly prefix: string;
}

/** `dbadvise check`: reads the migrations of a change, tries them, and says what they lock, rewrite and break. */
export async function checkCommand(
  settings: CheckSettings,
  around: CheckAround,
): Promise<CheckResult> {
  leaveWasmPlain();
  for (const { path } of settings.outputs) await checkOutputFile(path);
  if (settings.updateBaseline && settings.baseline !== undefined)
    await checkOutputFile(settings.baseline);
  const before = await readKnown(settings);
  const changes = await gitChanges({
    folder: around.folder,
    env: around.env,
    ...(settings.base !== undefined && { base: settings.base }),
  });
  const snapshot =
    settings.snapshot === undefined ? undefined : await readSnapshot(settings.snapshot);
  const engine = engineOf(settings, snapshot);
  const workload = await openWorkload(settings, engine, around);
  const newQueries = await openQueries(settings, engine, changes, around.folder);
  const { runner, migrations, notes } = await readMigrations(settings, engine, changes, around);
  const report = await checkMigrations({
    engine,
    runner,
    migrations,
    changed: changes.changed,
    base: changes.base,
    trial: settings.trial,
    sources: workload,
    newQueries,
    severities: settings.rules,
    directory: around.folder,
    baseline: new Set(before.map(({ fingerprint }) => fingerprint)),
    progress: around.progress,
    ...(snapshot !== undefined && { snapshot }),
    ...(settings.serverVersion !== undefined && { serverVersion: settings.serverVersion }),
    ...(settings.lockTimeoutMs !== undefined && { lockTimeoutMs: settings.lockTimeoutMs }),
  });
  const noted = { ...report, notes: [...changes.notes, ...notes, ...report.notes] };
  return { report: await withBaseline(noted, before, settings), prefix: changes.prefix };
}

/** 2 where something could not be checked, else 1 where a finding fails. */
export function checkExitCode(
  { problems, findings }: CheckReport,
  { failOn }: CheckSettings,
): ExitCode {
  if (problems.length > 0) return EXIT.error;
  return findings.some((finding) => fails(finding, failOn)) ? EXIT.findings : EXIT.clean;
}

async function readKnown({
  baseline,
  updateBaseline,
}: CheckSettings): Promise<readonly BaselineEntry[]> {
  if (baseline === undefined) return [];
  // A file that is something else is not written over.
  const isNew =
    updateBaseline &&
    (await access(baseline).then(
      () => false,
      () => true,
    ));
  return isNew ? [] : readBaseline(baseline);
}

/** With `--update-baseline` all that was found is known from now on. */
async function withBaseline(
  report: CheckReport,
  before: readonly BaselineEntry[],
  { baseline, updateBaseline }: CheckSettings,
): Promise<CheckReport> {
  if (!updateBaseline || baseline === undefined) return report;
  if (report.problems.length > 0) {
    const note = `${baseline} was not written: not everything could be checked.`;
    return { ...report, notes: [...report.notes, note] };
  }
  await writeOutputFile(baseline, baselineText(updatedBaseline(before, report)));
  return { ...report, findings: [], known: [...report.findings, ...report.known] };
}

/** The first place that tells it: an option, the trial's server, the snapshot, the application's database. */
function engineOf(
  { engine, trial, urls }: CheckSettings,
  snapshot: Snapshot | undefined,
): MigrationEngine {
  const trialEngine = trial.includes("://") ? migrationEngineFor(trial) : null;
  if (trial.includes("://") && trialEngine === null) {
    throw new DbadviseError(
      "unsupported-engine",
      "The server of --trial-url is of no engine whose migrations can be checked.",
      `Its URL begins with ${MIGRATION_ENGINES.flatMap(({ schemes }) => schemes).join("//, ")}//.`,
    );
  }
  const named = engine === undefined ? null : migrationEngineNamed(engine);
  if (named !== null && trialEngine !== null && named !== trialEngine) {
    throw new DbadviseError(
      "bad-option",
      `The migrations are for ${named.name}, and the trial database is on ${trialEngine.name}.`,
      "Give the --trial-url of a server of the same engine.",
    );
  }
  const found =
    named ??
    trialEngine ??
    (snapshot === undefined ? null : migrationEngineNamed(snapshot.server.engine)) ??
    urls.map(migrationEngineFor).find((one) => one !== null) ??
    MIGRATION_ENGINES[0];
  if (found === undefined) throw new Error("no engine is registered");
  return found;
}

async function openWorkload(
  settings: CheckSettings,
  engine: MigrationEngine,
  { folder, progress }: CheckAround,
): Promise<readonly EventSource[]> {
  const { captures, sqlFiles } = settings;
  return [
    ...(await openLogs(settings, folder, progress)),
    ...captures.map((path) => openCapture(path, engineNamed(engine.name).systems)),
    ...sqlFiles.map((path) => openSqlFile(path, engine.splitStatements)),
  ];
}

/** Files of SQL count where the change has touched them, captures always: those are made by a test run. */
async function openQueries(
  { queries }: CheckSettings,
  engine: MigrationEngine,
  { changed }: GitChanges,
  folder: string,
): Promise<readonly EventSource[]> {
  const files = await expandGlobs(queries, folder);
  return files.flatMap((path) => {
    if (extname(path) !== ".sql") return [openCapture(path, engineNamed(engine.name).systems)];
    const touched = changed === null || changed.has(path.replace(/^(?:\.\/)+/, ""));
    return touched ? [openSqlFile(path, engine.splitStatements)] : [];
  });
}

async function readMigrations(
  { paths, runner: named }: CheckSettings,
  engine: MigrationEngine,
  { atBase }: GitChanges,
  { folder, progress }: CheckAround,
): Promise<Pick<CheckOptions, "runner" | "migrations"> & { readonly notes: readonly string[] }> {
  progress("reading the migrations");
  const notes: string[] = [];
  const detected = await detectRunner({
    paths,
    directory: folder,
    ...(named !== undefined && { runner: named }),
  });
  const read = await Promise.all(
    detected.paths.map((path) =>
      detected.runner.read({
        path,
        directory: folder,
        splitStatements: engine.splitStatements,
        dialect: engine.dialect,
        note: (text) => notes.push(text),
        atBase,
      }),
    ),
  );
  const migrations = read.flat();
  if (migrations.length === 0) {
    throw new DbadviseError(
      "bad-option",
      `There is no migration of ${detected.runner.title} in ${detected.paths.join(", ")}.`,
      "Give the folder that holds them: dbadvise check path/to/migrations",
    );
  }
  return { runner: detected.runner, migrations, notes };
}
