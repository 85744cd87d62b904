import { type ByteSpan, emptySpan } from "./byte-span.ts";

/** One execution as a log tells it. One object is used again and again: copy what you keep. NaN: not in the log. */
export interface Execution {
  /** 1, or 0 for a further fetch of an execution that was counted before. */
  calls: number;
  /** Milliseconds. */
  ms: number;
  /** End of the execution, milliseconds since the epoch; as if the log's clock were UTC where its zone isn't known. */
  at: number;
  /** Rows returned or changed. */
  rows: number;
  rowsExamined: number;
  lockMs: number;
  /** A number that stands for the connection; 0 where the log has none. */
  session: number;
  /** Numbers in {@link ExecutionSink.names}; 0: not in the log. */
  user: number;
  database: number;
  application: number;
  /** The statement as the log has it. */
  readonly text: ByteSpan;
  /** Its parameters as the log has them: `parameters: $1 = 'a', $2 = NULL`. */
  readonly parameters: ByteSpan;
  /** The server's own number for the shape (`queryid`), as text. */
  readonly queryId: ByteSpan;
}

export function newExecution(): Execution {
  return {
    calls: 1,
    ms: Number.NaN,
    at: Number.NaN,
    rows: Number.NaN,
    rowsExamined: Number.NaN,
    lockMs: Number.NaN,
    session: 0,
    user: 0,
    database: 0,
    application: 0,
    text: emptySpan(),
    parameters: emptySpan(),
    queryId: emptySpan(),
  };
}

/** What a log tells beside executions: counted, with an amount where there is one. */
export type ServerEventKind =
  /** Bytes. */
  | "temporary-file"
  /** Milliseconds waited, of a lock that was got after `deadlock_timeout`. */
  | "lock-wait"
  | "deadlock"
  /** Milliseconds. */
  | "checkpoint"
  /** Milliseconds. */
  | "autovacuum"
  | "connection"
  | "disconnection"
  | "server-start"
  | "server-crash";

/** Where executions go. */
export interface ExecutionSink {
  /** Names that executions refer to by number. */
  readonly names: { readonly user: Names; readonly database: Names; readonly application: Names };
  /** The number of a text's shape: equal for texts that differ only in constants, white space and comments. */
  shapeOf(bytes: Buffer, from: number, to: number): number;
  /** The same text for the same shape in any sink. */
  keyOf(shape: number): string;
  /** Counts an execution. Returns what was kept of it as an example, for what the log tells of it later; `null`: nothing. */
  execution(shape: number, execution: Execution): Example | null;
  /**
   * Counts an error. `shape` -1: of no statement that the log has. `code`: SQLSTATE or the server's error number, empty
   * where the log has none. `at` as in {@link Execution}.
   */
  failure(
    shape: number,
    code: string,
    message: ByteSpan,
    at: number,
    severity: FailureSeverity,
  ): void;
  /** A plan of one execution, as the log has it (`auto_explain`, `# explain:`): that of the slowest one is kept. */
  plan(shape: number, ms: number, plan: ByteSpan): void;
  /** `amount` NaN: the kind has none. `shape` -1: of no statement that the log has. */
  event(kind: ServerEventKind, shape: number, amount: number, at: number): void;
  /** A record was understood, whether or not it was an execution: `at` NaN where it has no time. */
  record(at: number): void;
}

/** An execution that is kept as an example. */
export interface Example {
  parameters: string;
}

export type FailureSeverity = "error" | "fatal" | "panic" | "cancel";

/** Names by number, from 1; those beyond a limit share the name `(other)`. */
export interface Names {
  idOf(bytes: Buffer, from: number, to: number): number;
  /** The names by number; the first is of number 0 and stands for none. */
  readonly texts: readonly string[];
}
