import { parseLogTime } from "./log-time.ts";
import { MAX_RECORD_LENGTH, type RecordReader, type RecordSink } from "./log-record.ts";

/** Whether a line is a record of PostgreSQL's `log_destination = jsonlog`. */
export function isJsonRecord(line: string): boolean {
  return parseJsonRecord(line) !== undefined;
}

/** Reads `jsonlog`: one JSON object per line. */
export function createJsonlogReader(sink: RecordSink): RecordReader {
  return {
    line(text) {
      if (text === "") return;
      const fields = text.length < MAX_RECORD_LENGTH ? parseJsonRecord(text) : undefined;
      if (fields === undefined) {
        sink.unread();
        return;
      }
      sink.record({
        severity: stringOf(fields["error_severity"]) ?? "",
        message: stringOf(fields["message"]) ?? "",
        detail: stringOf(fields["detail"]),
        time: parseLogTime(stringOf(fields["timestamp"]) ?? ""),
        session: stringOf(fields["session_id"]) ?? numberText(fields["pid"]),
        user: stringOf(fields["user"]),
        database: stringOf(fields["dbname"]),
        application: stringOf(fields["application_name"]),
      });
    },
    end() {},
  };
}

function parseJsonRecord(line: string): Readonly<Record<string, unknown>> | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    // `{` can only start an object.
    const fields = value as Readonly<Record<string, unknown>>;
    return typeof fields["error_severity"] === "string" && typeof fields["timestamp"] === "string"
      ? fields
      : undefined;
  } catch {
    return undefined;
  }
}

function stringOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

function numberText(value: unknown): string {
  return typeof value === "number" ? `${value}` : "";
}
