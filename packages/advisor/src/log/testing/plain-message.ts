import type { PlainMessage } from "./read-messages.ts";

/** A message with these fields, and what most messages have besides. */
export function plainMessage(fields: Partial<PlainMessage> = {}): PlainMessage {
  return {
    severity: "log",
    at: Date.UTC(2026, 10, 22, 10, 4, 54, 282),
    session: 0x6b02be46 * 2 ** 22 + 0x4cd7,
    user: "logres",
    database: "shop",
    application: "pgbench",
    code: "00000",
    message: "duration: 0.071 ms  statement: BEGIN;",
    detail: "",
    statement: "",
    queryId: "2397681704071010949",
    ...fields,
  };
}
