import type { PlainMessage } from "./read-messages.ts";

/** A message as PostgreSQL writes it to `jsonlog`; `order` of the fields: another one than its own. */
export function jsonRecord(
  message: PlainMessage,
  order: (fields: [string, string | number][]) => [string, string | number][] = (fields) => fields,
): string {
  const fields = {
    timestamp: timestamp(message.at),
    user: message.user,
    dbname: message.database,
    pid: 7,
    remote_host: "127.0.0.1",
    remote_port: 57_738,
    session_id: sessionId(message.session),
    line_num: 3,
    ps: "SELECT",
    session_start: "2026-11-22 10:04:54 UTC",
    vxid: "3/5",
    txid: 0,
    error_severity: severity(message),
    state_code: message.code,
    message: message.message,
    detail: message.detail,
    hint: message.detail,
    statement: message.statement,
    cursor_position: 7,
    application_name: message.application,
    backend_type: "client backend",
    query_id: message.queryId,
  };
  // PostgreSQL leaves out what it has not.
  const written = order(Object.entries(fields).filter(([, value]) => value !== ""));
  // A double does not hold a query's number.
  return JSON.stringify(Object.fromEntries(written)).replace(
    /"query_id":"(-?\d+)"/,
    '"query_id":$1',
  );
}

/** A message as PostgreSQL writes it to `csvlog`, `columns` of it. */
export function csvRecord(message: PlainMessage, columns = 26): string {
  const fields = [
    timestamp(message.at),
    quoted(message.user),
    quoted(message.database),
    "7",
    quoted("127.0.0.1:57738"),
    sessionId(message.session),
    "3",
    quoted("SELECT"),
    "2026-11-22 10:04:54 UTC",
    "3/5",
    "0",
    severity(message),
    message.code,
    quoted(message.message),
    quoted(message.detail),
    quoted(message.detail),
    "",
    "",
    "",
    quoted(message.statement),
    message.statement === "" ? "" : "7",
    "",
    // The only text that is quoted where it is empty.
    `"${message.application.replaceAll('"', '""')}"`,
    quoted("client backend"),
    "",
    message.queryId,
  ];
  return fields.slice(0, columns).join(",");
}

function severity(message: PlainMessage): string {
  return message.severity === "other" ? "WARNING" : message.severity.toUpperCase();
}

function timestamp(at: number): string {
  return new Date(at).toISOString().replace("T", " ").replace("Z", " UTC");
}

function sessionId(session: number): string {
  return `${Math.floor(session / 2 ** 22).toString(16)}.${(session % 2 ** 22).toString(16)}`;
}

function quoted(text: string): string {
  return text === "" ? "" : `"${text.replaceAll('"', '""')}"`;
}
