import {
  DbadviseError,
  ENGINES,
  LOG_FORMATS,
  type LogFormatName,
  REPORT_FORMATS,
  type ReportFormat,
  SEVERITIES,
  type Severity,
} from "@dbadvise/advisor";
import { type CheckConfig, checkConfigFault } from "./check-config.ts";
import { isText, isTexts, oneOf, type ValueCheck } from "./config-values.ts";

/** From which severity on the exit code is 1. */
export type FailOn = Severity | "never";

export const FAIL_ON: readonly FailOn[] = [...SEVERITIES, "never"];

/** Who may plan, by name: all that some engine has. */
export const PLANNERS: readonly string[] = [
  ...new Set(ENGINES.flatMap(({ planners }) => planners.map(({ name }) => name))),
];

/**
 * Contents of `dbadvise.config.ts`, `.js` (default export) or `.json`. Every key is optional and stands for the
 * command line's option of the same name, which wins over it. Paths are relative to the working directory.
 */
export interface Config {
  /** Connection string of the database, or of the primary and its replicas. `DATABASE_URL` wins over it. */
  readonly url?: string | readonly string[];
  /** Snapshot file to analyse instead of a server. */
  readonly snapshot?: string;
  /** Log files or patterns (`logs/*.log`), `-` for the standard input. Default none. */
  readonly log?: string | readonly string[];
  /** Format of the logs. Default: found out. */
  readonly logFormat?: LogFormatName;
  /** `log_line_prefix` of stderr logs. Default: found out from the log. */
  readonly prefix?: string;
  /** Files of workload captures, as `capture` of `@dbadvise/observe` writes them. Default none. */
  readonly capture?: string | readonly string[];
  /** Files of SQL statements. Default none. */
  readonly sql?: string | readonly string[];
  /** File of a usage history, as `dbadvise usage --record` writes it. Default none. */
  readonly usage?: string;
  /** Whether the server's statement statistics count. Default true. */
  readonly statements?: boolean;
  /** Who plans, by the name that `dbadvise analyze --help` lists for the engine. Default: the best that can be had. */
  readonly planner?: string;
  /**
   * Connection string of a server of the same kind as the database that holds nothing else: MySQL and MariaDB plan there, in
   * a database of their own. Default: one is looked for on this machine.
   */
  readonly scratchUrl?: string;
  /** Storage that all advised indexes may take together: `2GB`. Default: no limit. */
  readonly budget?: string;
  /** Indexes that may be advised. Default: no limit. */
  readonly maxIndexes?: number;
  /** Time for the search of indexes: `30s`. Default: until nothing better is found. */
  readonly timeLimit?: string;
  /** Default `text`. */
  readonly format?: ReportFormat;
  /** File for the report. Default: the standard output. */
  readonly output?: string;
  /** Severity from which on the exit code is 1. Default `warning`. */
  readonly failOn?: FailOn;
  /** Options of `dbadvise check` alone; it also takes `snapshot`, `log`, `logFormat`, `prefix`, `capture`, `sql` and `failOn`. */
  readonly check?: CheckConfig;
}

/** Gives a configuration file its type: `export default defineConfig({ ... })`. */
export function defineConfig(config: Config): Config {
  return config;
}

const CHECKS: {
  readonly [K in keyof Required<Omit<Config, "check">>]: ValueCheck;
} = {
  url: { expected: "a connection string or a list of them", accepts: isTexts },
  snapshot: { expected: "a file name", accepts: isText },
  log: { expected: "a file name or a list of them", accepts: isTexts },
  logFormat: oneOf(LOG_FORMATS),
  prefix: { expected: "a text", accepts: isText },
  capture: { expected: "a file name or a list of them", accepts: isTexts },
  sql: { expected: "a file name or a list of them", accepts: isTexts },
  usage: { expected: "a file name", accepts: isText },
  statements: { expected: "true or false", accepts: (value) => typeof value === "boolean" },
  planner: oneOf(PLANNERS),
  scratchUrl: { expected: "a connection string", accepts: isText },
  budget: { expected: "a size with its unit, such as 2GB", accepts: isText },
  maxIndexes: {
    expected: "a whole number from 1 on",
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  },
  timeLimit: { expected: "a time with its unit, such as 30s", accepts: isText },
  format: oneOf(REPORT_FORMATS),
  output: { expected: "a file name", accepts: isText },
  failOn: oneOf(FAIL_ON),
};

/** Checks every key of a configuration that was read from `file`. Throws `DbadviseError` `bad-option` that names the key. */
export function validateConfig(value: unknown, file: string): Config {
  if (!isConfigShape(value)) {
    throw new DbadviseError(
      "bad-option",
      `${file} does not hold a configuration.`,
      'A JSON file holds one object; a module exports one: export default { url: "postgres://..." }',
    );
  }
  for (const [key, given] of Object.entries(value)) {
    if (key === "check" && given !== undefined) {
      const fault = checkConfigFault(given);
      if (fault !== null)
        throw new DbadviseError("bad-option", `In ${file}, ${fault.message}.`, fault.hint);
      continue;
    }
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key as keyof typeof CHECKS] : undefined;
    if (check === undefined) {
      throw new DbadviseError(
        "bad-option",
        `${file} has an unknown key "${key}".`,
        `Known keys: ${[...Object.keys(CHECKS), "check"].join(", ")}.`,
      );
    }
    if (given !== undefined && !check.accepts(given)) {
      throw new DbadviseError(
        "bad-option",
        `In ${file}, ${key} is ${JSON.stringify(given)}.`,
        `It has to be ${check.expected}.`,
      );
    }
  }
  return value;
}

/** Only that it is a plain object: the keys are checked one by one, to name the wrong one. */
function isConfigShape(value: unknown): value is Config {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
