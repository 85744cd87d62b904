import { type ByteSpan, emptySpan, NO_BYTES, setSpan } from "./byte-span.ts";

export type MessageSeverity = "other" | "log" | "error" | "fatal" | "panic";

/**
 * One message of a PostgreSQL server's log with the fields written beside it. One object is used again and again. Texts
 * are as the server meant them: without the tabs, quotes or backslashes of the log's format.
 */
export interface ServerMessage {
  severity: MessageSeverity;
  /** Milliseconds since the epoch, as if the log's clock were UTC where its zone isn't known; NaN: none. */
  at: number;
  /** Same for all messages of one connection; 0 where the log has neither process nor session. */
  session: number;
  user: number;
  database: number;
  application: number;
  /** SQLSTATE, empty where the log has none. */
  readonly code: ByteSpan;
  readonly message: ByteSpan;
  readonly detail: ByteSpan;
  /** Of an error: the statement that caused it. */
  readonly statement: ByteSpan;
  readonly queryId: ByteSpan;
}

export function newServerMessage(): ServerMessage {
  return {
    severity: "other",
    at: Number.NaN,
    session: 0,
    user: 0,
    database: 0,
    application: 0,
    code: emptySpan(),
    message: emptySpan(),
    detail: emptySpan(),
    statement: emptySpan(),
    queryId: emptySpan(),
  };
}

/** Makes a message that was used as good as new. */
export function clearServerMessage(message: ServerMessage): void {
  message.severity = "other";
  message.at = Number.NaN;
  message.session = 0;
  message.user = 0;
  message.database = 0;
  message.application = 0;
  setSpan(message.code, NO_BYTES, 0, 0);
  setSpan(message.message, NO_BYTES, 0, 0);
  setSpan(message.detail, NO_BYTES, 0, 0);
  setSpan(message.statement, NO_BYTES, 0, 0);
  setSpan(message.queryId, NO_BYTES, 0, 0);
}

/** Where a reader of PostgreSQL's formats puts what it reads. */
export interface MessageSink {
  message(message: ServerMessage): void;
  /** A field that other connections' messages separate from its own. */
  lateField(session: number, field: "detail" | "statement", text: ByteSpan): void;
}
