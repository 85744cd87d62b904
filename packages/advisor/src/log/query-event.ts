/** What one source saw of one SQL text: a single execution (a log line), or a counted sum of them (a statistics row). */
export interface QueryEvent {
  /** The text as the source has it: with literals (logs) or placeholders (`$1`; prepared statements, pg_stat_statements). */
  readonly sql: string;
  /** Executions that this event stands for: 1 for a log record, 0 for a further fetch from an execution counted before. */
  readonly calls: number;
  /** Execution time of all `calls` together in milliseconds; `undefined` where the source has none. */
  readonly totalMs: number | undefined;
  /** Rows returned or changed by all `calls` together. */
  readonly rows?: number;
  /** Values of `$1`, `$2`, ... as text, in order; `null` is SQL NULL. Only where the source logged them. */
  readonly parameters?: readonly (string | null)[];
  /** End of the execution, milliseconds since the epoch. */
  readonly at?: number;
  readonly user?: string;
  readonly database?: string;
  readonly application?: string;
  /** Lines of code that sent it. Only where the application itself wrote the workload down. */
  readonly callSites?: readonly CallSite[];
}

/** A line of the application's code that sends a query. */
export interface CallSite {
  /** Path below the application's working directory, else the absolute path or URL: `src/orders.ts`. */
  readonly file: string;
  /** Line and column, from 1. */
  readonly line: number;
  readonly column: number;
  /** Name of the function; `null` for an unnamed one. */
  readonly function: string | null;
  /** Executions that it sent, by estimate: the application looks at a sample. */
  readonly calls: number;
}
