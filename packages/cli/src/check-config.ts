import {
  CHECK_FORMATS,
  type CheckFormat,
  isMigrationCode,
  type MigrationFindingCode,
  nearestCode,
  RUNNER_NAMES,
  type RunnerName,
  SEVERITIES,
  type Severity,
} from "@dbadvise/advisor";
import { isText, isTexts, oneOf, type ValueCheck } from "./config-values.ts";

/** What a rule's findings count as; `off`: they are not looked for. */
export type RuleSetting = Severity | "off";

/** The key `check` of a configuration: options of `dbadvise check`, of the same names. */
export interface CheckConfig {
  /** Folders or files of migrations. Default: the usual places. */
  readonly paths?: string | readonly string[];
  /** The tool that runs them. Default: found out. */
  readonly runner?: RunnerName;
  /** The database that they are for: `postgres`. Default: by the URL or snapshot given, else PostgreSQL. */
  readonly engine?: string;
  /** Revision that changes are counted from. Default: what the CI platform says, else everything is checked. */
  readonly base?: string;
  /** `embedded` or `none`. Default `embedded`. */
  readonly trial?: "embedded" | "none";
  /** Connection string of a server on which a trial database may be made. Default: none. */
  readonly trialUrl?: string;
  /** Files of SQL and captures with the queries that the change brings, as patterns: every `.sql` file below `src`. Default none. */
  readonly queries?: string | readonly string[];
  /** File of findings that were there before. Default none. */
  readonly baseline?: string;
  /** Oldest server version that the migrations run on: `15`. Default: the snapshot's, else the trial database's. */
  readonly serverVersion?: string | number;
  /** Time that the migrations' session waits for a lock, where it is set outside of them: `5s`. Default: no limit. */
  readonly lockTimeout?: string;
  /** What each rule's findings count as, or `off`. Default: as the rule says. */
  readonly rules?: Readonly<Partial<Record<MigrationFindingCode, RuleSetting>>>;
  /** Default `text`. */
  readonly format?: CheckFormat;
}

export const TRIALS = ["embedded", "none"] as const;

const RULE_SETTINGS: readonly RuleSetting[] = ["off", ...SEVERITIES];

const CHECKS: {
  readonly [K in keyof Required<Omit<CheckConfig, "rules">>]: ValueCheck;
} = {
  paths: { expected: "a path or a list of them", accepts: isTexts },
  runner: oneOf(RUNNER_NAMES),
  engine: { expected: "a name such as postgres", accepts: isText },
  base: { expected: "a revision", accepts: isText },
  trial: oneOf(TRIALS),
  trialUrl: { expected: "a connection string", accepts: isText },
  queries: { expected: "a pattern of file names or a list of them", accepts: isTexts },
  baseline: { expected: "a file name", accepts: isText },
  serverVersion: {
    expected: "a version such as 15",
    accepts: (value) => isText(value) || typeof value === "number",
  },
  lockTimeout: { expected: "a time with its unit, such as 5s", accepts: isText },
  format: oneOf(CHECK_FORMATS),
};

/** What is wrong with the key `check`, and what it has to be; `null` where nothing is. */
export function checkConfigFault(
  value: unknown,
): { readonly message: string; readonly hint: string } | null {
  if (!isRecord(value))
    return { message: "check is no object", hint: "It holds options of dbadvise check." };
  for (const [key, given] of Object.entries(value)) {
    if (key === "rules") {
      const fault = rulesFault(given);
      if (fault !== null) return fault;
      continue;
    }
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key as keyof typeof CHECKS] : undefined;
    if (check === undefined) {
      return {
        message: `check has an unknown key "${key}"`,
        hint: `Known keys: ${[...Object.keys(CHECKS), "rules"].join(", ")}.`,
      };
    }
    if (given !== undefined && !check.accepts(given)) {
      return {
        message: `check.${key} is ${JSON.stringify(given)}`,
        hint: `It has to be ${check.expected}.`,
      };
    }
  }
  return null;
}

function rulesFault(value: unknown): { readonly message: string; readonly hint: string } | null {
  if (!isRecord(value))
    return { message: "check.rules is no object", hint: 'Write: { "drop-table": "off" }' };
  for (const [code, given] of Object.entries(value)) {
    if (!isMigrationCode(code)) {
      const near = nearestCode(code);
      return {
        message: `check.rules has an unknown code "${code}"`,
        hint:
          near === null
            ? "Codes are the names of the pages in docs/migrations."
            : `Did you mean ${near}?`,
      };
    }
    if (given !== undefined && !RULE_SETTINGS.some((known) => known === given)) {
      return {
        message: `check.rules.${code} is ${JSON.stringify(given)}`,
        hint: `It has to be one of ${RULE_SETTINGS.join(", ")}.`,
      };
    }
  }
  return null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
