import type { Random } from "../../random-database/random.ts";
import { plainMessage } from "./plain-message.ts";
import type { PlainMessage } from "./read-messages.ts";
import { csvRecord } from "./write-messages.ts";

const WORDS = [
  "select ",
  "'it''s'",
  '"',
  '""',
  ",",
  "\n",
  "\r\n",
  "\t",
  "\\",
  "\\u0041",
  "{",
  '"}',
  "ü",
  "漢字",
  "😀",
  "\u0001",
  "duration: 1.5 ms  statement: ",
  "x".repeat(40),
  "y".repeat(300),
  "2026-11-22 10:04:54.282 UTC",
  `\n${csvRecord(plainMessage())}\n`,
  '{"timestamp":"',
];

/** A message with texts that tell each format's quoting. */
export function randomMessage(random: Random): PlainMessage {
  const text = (words: number): string =>
    Array.from({ length: random.int(0, words) }, () => random.pick(WORDS)).join("");
  // No line break: no name with one is worth a slower reader.
  const name = (): string => text(2).replaceAll(/[\r\n]/g, "");
  return {
    severity: random.pick(["log", "error", "fatal", "panic", "other"]),
    at: Date.UTC(2026, 10, 22) + random.int(0, 100_000),
    session: random.int(1, Number.MAX_SAFE_INTEGER),
    user: name(),
    database: name(),
    application: text(2),
    code: random.pick(["00000", "22012", "57014"]),
    message: text(12),
    detail: text(4),
    statement: text(6),
    queryId: random.pick(["", "7", "-9223372036854775808", "9223372036854775807"]),
  };
}
