import {
  DbadviseError,
  type LogFormatName,
  type ReportFormat,
  type SelectionLimits,
} from "@dbadvise/advisor";
import type { Config, FailOn, PlannerName } from "./config.ts";
import { readLimits } from "./selection-limits.ts";

/** Where the database's description comes from. */
export type Target =
  | { readonly kind: "servers"; readonly urls: readonly string[] }
  | { readonly kind: "snapshot"; readonly path: string };

/** Options as the command line gave them: absent where it did not. */
export interface Flags {
  readonly url?: readonly string[];
  readonly snapshot?: string;
  readonly log?: readonly string[];
  readonly logFormat?: LogFormatName;
  readonly prefix?: string;
  readonly capture?: readonly string[];
  readonly sql?: readonly string[];
  readonly usage?: string;
  readonly planner?: PlannerName;
  /** Only ever false: `--no-statements`. */
  readonly statements?: boolean;
  readonly budget?: string;
  readonly maxIndexes?: string;
  readonly timeLimit?: string;
  readonly format?: ReportFormat;
  readonly output?: string;
  readonly failOn?: FailOn;
}

/** What a command works with, each value from the strongest place that has it: flag, environment, configuration, default. */
export interface Settings {
  readonly target: Target;
  readonly logs: readonly string[];
  readonly logFormat: LogFormatName | undefined;
  readonly prefix: string | undefined;
  /** Files of workload captures. */
  readonly captures: readonly string[];
  readonly sqlFiles: readonly string[];
  /** File of a usage history. */
  readonly usage: string | undefined;
  readonly statements: boolean;
  /** What may be advised. */
  readonly limits: SelectionLimits;
  readonly planner: PlannerName;
  readonly format: ReportFormat;
  /** `undefined` is the standard output. */
  readonly output: string | undefined;
  readonly failOn: FailOn;
}

/** Throws `DbadviseError` `bad-option` where no database is given, two kinds of it in one place, or one that the planner can't use. */
export function resolveSettings(
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
  config: Config,
): Settings {
  const target = resolveTarget(flags, env, config);
  const planner = flags.planner ?? config.planner ?? "sandbox";
  if (planner === "hypopg" && target.kind === "snapshot") {
    throw new DbadviseError(
      "bad-option",
      "The planner hypopg works on a live server, and a snapshot was given.",
      "Leave --planner out: the sandbox plans from a snapshot. Or give --url of a server that has the extension.",
    );
  }
  return {
    target,
    planner,
    logs: flags.log ?? list(config.log),
    logFormat: flags.logFormat ?? config.logFormat,
    prefix: flags.prefix ?? config.prefix,
    captures: flags.capture ?? list(config.capture),
    sqlFiles: flags.sql ?? list(config.sql),
    usage: flags.usage ?? config.usage,
    statements: flags.statements ?? config.statements ?? true,
    limits: readLimits({
      budget: flags.budget ?? config.budget,
      maxIndexes: flags.maxIndexes ?? config.maxIndexes,
      timeLimit: flags.timeLimit ?? config.timeLimit,
    }),
    format: flags.format ?? config.format ?? "text",
    output: flags.output ?? config.output,
    failOn: flags.failOn ?? config.failOn ?? "warning",
  };
}

function resolveTarget(
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
  config: Config,
): Target {
  const target =
    targetOf("The command line", list(flags.url), flags.snapshot) ??
    targetOf("The environment", list(env["DATABASE_URL"] || undefined), undefined) ??
    targetOf("The configuration file", list(config.url), config.snapshot);
  if (target === undefined) {
    throw new DbadviseError(
      "bad-option",
      "No database was given.",
      "Give --url postgres://user:password@host:5432/database, or set DATABASE_URL, or write url into dbadvise.config.json; " +
        "--snapshot FILE analyses a snapshot instead.",
    );
  }
  return target;
}

function targetOf(
  place: string,
  urls: readonly string[],
  snapshot: string | undefined,
): Target | undefined {
  if (urls.length > 0 && snapshot !== undefined) {
    throw new DbadviseError(
      "bad-option",
      `${place} gives both a url and a snapshot.`,
      "Give one: a snapshot is analysed without any connection.",
    );
  }
  if (snapshot !== undefined) return { kind: "snapshot", path: snapshot };
  return urls.length > 0 ? { kind: "servers", urls } : undefined;
}

/** A value that may be one or several. */
export function list(value: string | readonly string[] | undefined): readonly string[] {
  if (value === undefined) return [];
  return typeof value === "string" ? [value] : value;
}
