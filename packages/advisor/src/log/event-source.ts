import type { Repetition } from "./repetition.ts";
import type { QueryEvent } from "./query-event.ts";

export interface EventSourceSummary {
  /** Records read, whether or not they held a query. */
  readonly records: number;
  /** Records or lines that could not be understood: shown to the user, never silently dropped. */
  readonly unread: number;
  /** Seconds from the first to the last record; `undefined` where the source has no times. */
  readonly seconds: number | undefined;
  /** What the source itself lacks, each in one clause, to be told as not analysed. Default none. */
  readonly gaps?: readonly string[];
  /** Queries that one unit of the application's work sent again and again. Only where the application itself counted. */
  readonly repetitions?: readonly Repetition[];
}

/** A stream of query events with a name: a log file, a list of statements, a statistics view, a capture. Read once. */
export interface EventSource {
  /** Shown to the user: a file name, `pg_stat_statements`. */
  readonly name: string;
  readonly events: AsyncIterable<QueryEvent>;
  /** Complete once `events` has ended. */
  summary(): EventSourceSummary;
}
