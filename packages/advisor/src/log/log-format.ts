import type { BlockReader, UnreadSink } from "./block-reader.ts";
import type { ExecutionSink } from "./execution.ts";
import type { MessageSink } from "./server-message.ts";

/** Formats by the names that `--log-format` takes. */
export type LogFormatName = "stderr" | "csvlog" | "jsonlog" | "mysql-slow" | "mysql-general";

/** Who wraps each line or record of a log on its way. */
export type EnvelopeName =
  | "syslog"
  | "cloudwatch"
  | "cloud-sql"
  | "azure"
  | "heroku"
  | "cloudnativepg"
  | "docker"
  | "cri";

/** What is around a log: known by its first lines, and taken off before the log is read. */
export interface Envelope {
  readonly name: EnvelopeName;
  /** Whether only the envelope has time and process: they are put before each line, as `%m [%p] ` prints them. */
  readonly stamped: boolean;
  /** What is around the log inside of this one, as where Kubernetes keeps what an operator wrote; `null`: nothing. */
  readonly inner: Envelope | null;
}

/** How a log is to be read: plain data, so that every worker reads it the same way. */
export interface LogFormat {
  readonly name: LogFormatName;
  readonly envelope: Envelope | null;
  /** Of `stderr`: settings of `log_line_prefix` that print its lines' beginnings, the most common first. */
  readonly prefixes: readonly string[];
}

/** A reader of one format, made anew for each file or range of one. */
export interface FormatReader {
  /** Whether `line`, without its line break, is the beginning of a record of this format: by it the format is told. */
  isBlockStart(line: Buffer): boolean;
  /** Lexical rules of its SQL: a name in `sql-key/lexis.ts`. */
  readonly lexis: "postgres" | "mysql";
  /** `begins`: nothing of the log is before what will be read. Default false. */
  open(
    format: LogFormat,
    sinks: {
      readonly unread: UnreadSink;
      readonly messages: MessageSink;
      readonly executions: ExecutionSink;
    },
    begins?: boolean,
  ): BlockReader;
}
