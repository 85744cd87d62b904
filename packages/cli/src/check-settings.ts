import {
  type CheckFormat,
  CHECK_FORMATS,
  DbadviseError,
  type LogFormatName,
  type MigrationFindingCode,
} from "@dbadvise/advisor";
import type { RuleSetting, TRIALS } from "./check-config.ts";
import type { Config, FailOn } from "./config.ts";
import { list } from "./resolve-settings.ts";
import { readTime } from "./option-values.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Options as the command line gave them: absent where it did not. */
export interface CheckFlags {
  readonly runner?: string;
  readonly engine?: string;
  readonly base?: string;
  readonly trial?: (typeof TRIALS)[number];
  readonly trialUrl?: string;
  readonly snapshot?: string;
  readonly log?: readonly string[];
  readonly logFormat?: LogFormatName;
  readonly prefix?: string;
  readonly capture?: readonly string[];
  readonly sql?: readonly string[];
  readonly queries?: readonly string[];
  readonly format?: CheckFormat;
  readonly output?: readonly string[];
  readonly link?: string;
  readonly baseline?: string;
  readonly updateBaseline?: boolean;
  readonly failOn?: FailOn;
  readonly serverVersion?: string;
  readonly lockTimeout?: string;
}

/** A file that the report is written to, in a form of its own. */
export interface CheckOutput {
  readonly format: CheckFormat;
  readonly path: string;
}

/** What `check` works with, each value from the strongest place that has it: flag, environment, configuration, default. */
export interface CheckSettings {
  /** None: the usual places. */
  readonly paths: readonly string[];
  readonly runner: string | undefined;
  readonly engine: string | undefined;
  /** Connection strings that tell which engine is meant; nothing connects to them. */
  readonly urls: readonly string[];
  readonly base: string | undefined;
  /** `embedded`, `none`, or a connection string. */
  readonly trial: string;
  readonly snapshot: string | undefined;
  readonly logs: readonly string[];
  readonly logFormat: LogFormatName | undefined;
  readonly prefix: string | undefined;
  readonly captures: readonly string[];
  readonly sqlFiles: readonly string[];
  /** Patterns of file names. */
  readonly queries: readonly string[];
  /** Of the standard output; `null` where the report goes to a file instead. */
  readonly format: CheckFormat | null;
  readonly outputs: readonly CheckOutput[];
  readonly link: string | null;
  readonly baseline: string | undefined;
  readonly updateBaseline: boolean;
  readonly failOn: FailOn;
  /** As `server_version_num`. */
  readonly serverVersion: number | undefined;
  readonly lockTimeoutMs: number | undefined;
  readonly rules: Readonly<Partial<Record<MigrationFindingCode, RuleSetting>>>;
}

/** Throws `DbadviseError` `bad-option` for options that contradict each other, and for values that can't be read. */
export function checkSettings(
  paths: readonly string[],
  flags: CheckFlags,
  env: Env,
  { check = {}, ...config }: Config,
): CheckSettings {
  const format = flags.format ?? check.format ?? "text";
  const { outputs, toFile } = outputsOf(flags.output ?? [], format);
  const baseline = flags.baseline ?? check.baseline;
  const updateBaseline = flags.updateBaseline ?? false;
  if (updateBaseline && baseline === undefined) {
    throw new DbadviseError(
      "bad-option",
      "--update-baseline was given without a baseline.",
      "Name its file: --baseline dbadvise-baseline.json",
    );
  }
  const serverVersion = flags.serverVersion ?? check.serverVersion;
  const lockTimeout = flags.lockTimeout ?? check.lockTimeout;
  return {
    paths: paths.length > 0 ? paths : list(check.paths),
    runner: flags.runner ?? check.runner,
    engine: flags.engine ?? check.engine,
    urls: [...list(env["DATABASE_URL"] || undefined), ...list(config.url)],
    base: flags.base ?? check.base,
    trial: trialOf(flags, check),
    snapshot: flags.snapshot ?? config.snapshot,
    logs: flags.log ?? list(config.log),
    logFormat: flags.logFormat ?? config.logFormat,
    prefix: flags.prefix ?? config.prefix,
    captures: flags.capture ?? list(config.capture),
    sqlFiles: flags.sql ?? list(config.sql),
    queries: flags.queries ?? list(check.queries),
    format: toFile ? null : format,
    outputs,
    link: flags.link ?? runLink(env),
    baseline,
    updateBaseline,
    failOn: flags.failOn ?? config.failOn ?? "warning",
    serverVersion: serverVersion === undefined ? undefined : versionNumber(serverVersion),
    lockTimeoutMs: lockTimeout === undefined ? undefined : readTime("--lock-timeout", lockTimeout),
    rules: check.rules ?? {},
  };
}

function trialOf(flags: CheckFlags, check: NonNullable<Config["check"]>): string {
  for (const { trial, trialUrl } of [flags, check]) {
    if (trial !== undefined && trialUrl !== undefined) {
      throw new DbadviseError(
        "bad-option",
        `Both a trial "${trial}" and a server for it were given.`,
        "Give one of --trial and --trial-url.",
      );
    }
    const given = trialUrl ?? trial;
    if (given !== undefined) return given;
  }
  return "embedded";
}

/** `FILE` takes the place of the standard output; `sarif=FILE` is written beside it. */
function outputsOf(
  given: readonly string[],
  format: CheckFormat,
): { readonly outputs: readonly CheckOutput[]; readonly toFile: boolean } {
  const outputs = given.map((text): CheckOutput & { readonly plain: boolean } => {
    const named = CHECK_FORMATS.find((known) => text.startsWith(`${known}=`));
    return named === undefined
      ? { format, path: text, plain: true }
      : { format: named, path: text.slice(named.length + 1), plain: false };
  });
  const seen = new Set<string>();
  for (const { path } of outputs) {
    if (path === "" || seen.has(path)) {
      throw new DbadviseError(
        "bad-option",
        path === "" ? "An --output names no file." : `The output ${path} was given twice.`,
        "Give each its own file: -o report.txt, -o sarif=report.sarif",
      );
    }
    seen.add(path);
  }
  return {
    outputs: outputs.map(({ format: form, path }) => ({ format: form, path })),
    toFile: outputs.some(({ plain }) => plain),
  };
}

/** The page of this run, where a CI platform says it. */
function runLink(env: Env): string | null {
  const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository, GITHUB_RUN_ID: run } = env;
  if (server && repository && run) return `${server}/${repository}/actions/runs/${run}`;
  return env["CI_JOB_URL"] || null;
}

/** `15`, `15.4`, `8.0.36` in the form of `server_version_num`. */
function versionNumber(given: string | number): number {
  const [, major = "", minor = "0", patch = "0"] =
    /^(\d{1,3})(?:\.(\d{1,2}))?(?:\.(\d{1,2}))?$/.exec(String(given)) ?? [];
  if (major === "") {
    throw new DbadviseError(
      "bad-option",
      `--server-version is "${given}".`,
      "It has to be a version such as 15 or 8.0.36.",
    );
  }
  return Number(major) * 10_000 + Number(minor) * 100 + Number(patch);
}
