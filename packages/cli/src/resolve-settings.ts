import type { LogFormatName, ReportFormat, SelectionLimits } from "@dbadvise/advisor";
import { DbadviseError } from "@dbadvise/advisor/logs";
import type { Config, FailOn } from "./config.ts";
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
  readonly planner?: string;
  readonly scratchUrl?: string;
  /** Only ever false: `--no-statements`. */
  readonly statements?: boolean;
  readonly budget?: string;
  readonly maxIndexes?: string;
  readonly timeLimit?: string;
  readonly format?: ReportFormat;
  readonly output?: string;
  readonly failOn?: FailOn;
}

/** Who is to plan. */
export interface PlannerSettings {
  /** By name. `undefined`: the best that can be had. */
  readonly planner: string | undefined;
  /** Connection string of a server that holds nothing else. `undefined`: one is looked for where it is needed. */
  readonly scratchUrl: string | undefined;
}

/** What a command works with, each value from the strongest place that has it: flag, environment, configuration, default. */
export interface Settings extends PlannerSettings {
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
  readonly format: ReportFormat;
  /** `undefined` is the standard output. */
  readonly output: string | undefined;
  readonly failOn: FailOn;
}

/** Throws `DbadviseError` `bad-option` where no database is given, or two kinds of it in one place. */
export function resolveSettings(
  flags: Flags,
  env: Readonly<Record<string, string | undefined>>,
  config: Config,
): Settings {
  return {
    target: resolveTarget(flags, env, config),
    planner: flags.planner ?? config.planner,
    scratchUrl: flags.scratchUrl ?? config.scratchUrl,
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
      "Give --url postgres://user:password@host:5432/database (or mysql://, mariadb://), or set DATABASE_URL, or write url into dbadvise.config.json; " +
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
