import {
  DbadviseError,
  type DigestFormat,
  type DigestSort,
  type LexisName,
  type LogFormatName,
} from "@dbadvise/advisor/logs";
import type { Config } from "./config.ts";
import { readCount, readPercent, readTime } from "./option-values.ts";
import { readMoment } from "./read-moment.ts";
import { list } from "./resolve-settings.ts";

/** Options as the command line gave them: absent where it did not. */
export interface DigestFlags {
  readonly logFormat?: LogFormatName;
  readonly prefix?: string;
  readonly since?: string;
  readonly until?: string;
  readonly sort?: DigestSort;
  readonly limit?: string;
  readonly maxShapes?: string;
  readonly maxUnread?: string;
  readonly workers?: string;
  readonly showLiterals?: boolean;
  readonly save?: string;
  readonly merge?: readonly string[];
  readonly why?: readonly string[];
  readonly follow?: boolean;
  readonly interval?: string;
  readonly format?: DigestFormat;
  readonly output?: string;
}

/** What `digest` works with. */
export interface DigestSettings {
  /** Patterns of file names, `-` for the standard input. */
  readonly logs: readonly string[];
  /** Saved digests. */
  readonly merge: readonly string[];
  readonly save: string | undefined;
  readonly logFormat: LogFormatName | undefined;
  readonly prefix: string | undefined;
  /** Milliseconds since the epoch. */
  readonly since: number | undefined;
  readonly until: number | undefined;
  readonly workers: number | undefined;
  readonly maxShapes: number | undefined;
  /** Share of the bytes, 0 to 1, from which on the digest can't be relied on. */
  readonly maxUnread: number;
  readonly sort: DigestSort;
  readonly limit: number;
  readonly showLiterals: boolean;
  readonly format: DigestFormat;
  readonly output: string | undefined;
  /** Milliseconds between two reports of a log that is still being written; `null`: it is read to its end. */
  readonly followMs: number | null;
}

const DEFAULT_FOLLOW_MS = 10_000;
const DEFAULT_MAX_UNREAD = 0.01;
const DEFAULT_LIMIT = 20;

/**
 * The two statements of `--why`; `null`: it was not given. Their database is that of `--log-format`, by default PostgreSQL.
 * Throws `DbadviseError` `bad-option` where there are not two.
 */
export function comparedStatements({ why, logFormat }: DigestFlags): {
  readonly lexis: LexisName;
  readonly one: string;
  readonly other: string;
} | null {
  if (why === undefined) return null;
  const [one, other, more] = why;
  if (one === undefined || other === undefined || more !== undefined) {
    throw new DbadviseError(
      "bad-option",
      `--why was given ${why.length} ${why.length === 1 ? "statement" : "statements"}.`,
      'It takes two, each in quotes: dbadvise digest --why "SELECT 1" "select 2"',
    );
  }
  return { lexis: logFormat?.startsWith("mysql-") === true ? "mysql" : "postgres", one, other };
}

/** Throws `DbadviseError` `bad-option` for options that contradict each other, and for values that can't be read. */
export function digestSettings(
  logs: readonly string[],
  flags: DigestFlags,
  config: Config,
  now: number,
): DigestSettings {
  const merge = flags.merge ?? [];
  const given = logs.length > 0 || merge.length > 0 ? logs : list(config.log);
  if (given.length === 0 && merge.length === 0) {
    throw new DbadviseError(
      "bad-option",
      "No log was given.",
      "Name files or patterns: dbadvise digest '/var/log/postgresql/*.log*'; - is the standard input, --merge FILE a saved digest.",
    );
  }
  const logFormat = flags.logFormat ?? config.logFormat;
  const prefix = flags.prefix ?? config.prefix;
  if (flags.prefix !== undefined && (logFormat ?? "stderr") !== "stderr") {
    throw new DbadviseError(
      "bad-option",
      `--prefix was given for the format ${logFormat}.`,
      "Only PostgreSQL's stderr log has a log_line_prefix: leave one of the two out.",
    );
  }
  const [since, until] = [moment("--since", flags.since, now), moment("--until", flags.until, now)];
  if (given.length === 0 && (since ?? until) !== undefined) {
    throw new DbadviseError(
      "bad-option",
      `${since === undefined ? "--until" : "--since"} was given without logs.`,
      "Saved digests are merged whole: choose the time when they are made.",
    );
  }
  if (since !== undefined && until !== undefined && since >= until) {
    throw new DbadviseError(
      "bad-option",
      `--since ${flags.since} is not before --until ${flags.until}.`,
      "Executions from --since on and before --until are counted.",
    );
  }
  return {
    logs: given,
    merge,
    save: flags.save,
    logFormat,
    prefix: logFormat === undefined || logFormat === "stderr" ? prefix : undefined,
    since,
    until,
    workers: flags.workers === undefined ? undefined : readCount("--workers", flags.workers),
    maxShapes:
      flags.maxShapes === undefined ? undefined : readCount("--max-shapes", flags.maxShapes),
    maxUnread:
      flags.maxUnread === undefined
        ? DEFAULT_MAX_UNREAD
        : readPercent("--max-unread", flags.maxUnread),
    sort: flags.sort ?? "total",
    limit: flags.limit === undefined ? DEFAULT_LIMIT : readCount("--limit", flags.limit),
    showLiterals: flags.showLiterals ?? false,
    format: flags.format ?? "text",
    output: flags.output,
    followMs: followTime(flags, given, merge),
  };
}

function followTime(
  { follow, interval }: DigestFlags,
  logs: readonly string[],
  merge: readonly string[],
): number | null {
  if (follow !== true) {
    if (interval === undefined) return null;
    throw new DbadviseError(
      "bad-option",
      "--interval was given without --follow.",
      "It is the time between two reports of a log that is being written.",
    );
  }
  if (logs.length !== 1 || logs[0] === "-" || merge.length > 0) {
    throw new DbadviseError(
      "bad-option",
      `--follow was given with ${logs[0] === "-" ? "the standard input" : `${logs.length + merge.length} files`}.`,
      "It follows one file, through its rotation: dbadvise digest --follow /var/log/postgresql/postgresql.log",
    );
  }
  return interval === undefined ? DEFAULT_FOLLOW_MS : readTime("--interval", interval);
}

function moment(option: string, text: string | undefined, now: number): number | undefined {
  return text === undefined ? undefined : readMoment(option, text, now);
}
