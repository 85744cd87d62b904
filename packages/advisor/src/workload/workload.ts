import type { CallSite } from "../log/query-event.ts";
import type { Repetition } from "../log/repetition.ts";
import type { Statement } from "./statement.ts";

/** Concrete values that a statement was logged with, kept so that a custom plan can be made. Redacted in every output by default. */
export interface QuerySample {
  /** Statement text with the literals in place. */
  readonly sql: string;
  /** Mean over the executions with these values whose time was logged. */
  readonly durationMs: number | undefined;
  /** Executions that it stands for, among those that were logged with values: its own, or a share of the others'. Default 1. */
  readonly calls?: number;
}

/** All executions of one query shape. */
export interface Query {
  /** 16 hexadecimal digits; equal for texts that differ only in constants. Bound to the parser's version. */
  readonly fingerprint: string;
  /** One text of the shape, constants replaced by `$n`: holds no data. */
  readonly sql: string;
  readonly calls: number;
  /** Total execution time in milliseconds; `undefined` where no source knew it. */
  readonly totalMs: number | undefined;
  readonly rows: number | undefined;
  /** A few texts with literals, where a source had them: frequent, slow and ordinary ones, at most {@link MAX_SAMPLES}. */
  readonly samples: readonly QuerySample[];
  /** Names of the sources that saw the query, for instance `pg_stat_statements` or a file name. */
  readonly sources: readonly string[];
  /** Lines of code that sent it, most calls first, at most 5; none where no source knew. */
  readonly callSites: readonly CallSite[];
  /** Structure by role. */
  readonly statement: Statement;
}

export const MAX_SAMPLES = 12;

/** A text that is in the workload's sources but can't be analysed, and why. Never silently dropped. */
export interface SkippedQuery {
  /** Text with constants removed where possible, cut to 200 characters. */
  readonly sql: string;
  readonly calls: number;
  readonly totalMs: number | undefined;
  readonly reason: string;
  /** What it is if a planner takes it, though the parser did not. */
  readonly query?: Query;
}

/** A query that one unit of the application's work sends again and again. */
export interface RepeatedQuery {
  readonly query: Query;
  readonly repetition: Repetition;
}

/** What the database was asked, grouped by shape. Shapes are ordered by total time, then calls, descending. */
export interface Workload {
  readonly queries: readonly Query[];
  /** Texts that were read but can't be analysed (utility statements are counted in `ignoredCalls` instead). */
  readonly skipped: readonly SkippedQuery[];
  /** Executions of statements that have no plan (BEGIN, SET, DDL, ...) or that belong to this tool itself. */
  readonly ignoredCalls: number;
  /** Seconds that the workload covers; `undefined` where no source knew (then nothing is said per day). */
  readonly seconds: number | undefined;
  /** By executions, descending. Absent: no source knew of any. */
  readonly repeated?: readonly RepeatedQuery[];
}
