/** One message of a server's log, with everything the server wrote about it joined. */
export interface LogRecord {
  /** `LOG`, `ERROR`, `FATAL`, ... */
  readonly severity: string;
  readonly message: string;
  readonly detail: string | undefined;
  readonly time: LogTime | undefined;
  /** Same for all records of one connection: its session id, else its process id; empty where the log has neither. */
  readonly session: string;
  readonly user: string | undefined;
  readonly database: string | undefined;
  readonly application: string | undefined;
}

export interface LogTime {
  /** Milliseconds since the epoch; as if the log's clock were UTC where its zone is not known. */
  readonly ms: number;
  /** False where the log names a zone by letters that several zones share (`CST`): then only differences mean something. */
  readonly absolute: boolean;
}

/** Where a format's reader puts what it reads. */
export interface RecordSink {
  record(record: LogRecord): void;
  /** One record or line that could not be understood. */
  unread(): void;
}

/** Reads one format, line by line. */
export interface RecordReader {
  /** The next line, without its line break. */
  line(text: string): void;
  /** The input has ended: what is still open is a record now, or unread. */
  end(): void;
}

/** Characters of a record, or bytes of a line. Longer ones are unread: one that never ends must not fill the memory. */
export const MAX_RECORD_LENGTH: number = 8 * 1024 * 1024;
