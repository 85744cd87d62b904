import { appendByte, appendText, createByteOutput, takeBytes } from "./byte-output.ts";
import type { EnvelopeReader } from "./envelope.ts";
import {
  createJsonEntries,
  firstEntries,
  isObject,
  type JsonObject,
  textOf,
} from "./json-entries.ts";

/** Keys of the operator's records, which are named after csvlog's columns, and those of PostgreSQL's jsonlog. */
const KEYS: readonly (readonly [string, string])[] = [
  ["user_name", "user"],
  ["database_name", "dbname"],
  ["session_id", "session_id"],
  ["command_tag", "ps"],
  ["error_severity", "error_severity"],
  ["sql_state_code", "state_code"],
  ["message", "message"],
  ["detail", "detail"],
  ["query", "statement"],
  ["application_name", "application_name"],
  ["backend_type", "backend_type"],
];

/**
 * What CloudNativePG prints: `{"logger":"postgres","msg":"record","record":{...}}` per message of the server, made of
 * its csvlog; numbers are strings (CloudNativePG: "Logging"). Becomes jsonlog. Lines of other loggers are the operator's.
 */
export const cloudnativepg: EnvelopeReader = {
  hasStamps: false,
  detect: (head) => firstEntries(head).some((entry) => recordOf(entry) !== null),
  open(_, unread) {
    const output = createByteOutput();
    const entries = createJsonEntries((entry) => {
      const record = recordOf(entry);
      if (record === null) return;
      appendText(output, jsonlogLine(record));
      appendByte(output, 10);
    }, unread);
    return {
      push(chunk, last) {
        entries.push(chunk, last);
        return takeBytes(output);
      },
    };
  },
};

function recordOf(entry: JsonObject): JsonObject | null {
  const record = entry["record"];
  const isServers = isObject(record) && typeof record["log_time"] === "string";
  return isServers && entry["logger"] !== "pgaudit" ? record : null;
}

function jsonlogLine(record: JsonObject): string {
  const line: Record<string, string | number> = {
    timestamp: textOf(record["log_time"]),
    pid: Number(record["process_id"]),
  };
  for (const [from, to] of KEYS) {
    const text = textOf(record[from]);
    if (text !== "") line[to] = text;
  }
  const queryId = textOf(record["query_id"]);
  if (queryId === "") return JSON.stringify(line);
  // Beyond what a number holds exactly.
  return `${JSON.stringify(line).slice(0, -1)},"query_id":${/^-?\d+$/.test(queryId) ? queryId : "0"}}`;
}
