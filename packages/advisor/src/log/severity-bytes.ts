import { matches } from "./match-bytes.ts";
import type { MessageSeverity } from "./server-message.ts";

const LOG = Buffer.from("LOG");
const ERROR = Buffer.from("ERROR");
const FATAL = Buffer.from("FATAL");
const PANIC = Buffer.from("PANIC");

/** The severity that PostgreSQL names in `bytes[from, to)`. */
export function severityOf(bytes: Buffer, from: number, to: number): MessageSeverity {
  if (to - from === 3) return matches(bytes, from, LOG) ? "log" : "other";
  if (to - from !== 5) return "other";
  if (matches(bytes, from, ERROR)) return "error";
  if (matches(bytes, from, FATAL)) return "fatal";
  return matches(bytes, from, PANIC) ? "panic" : "other";
}
