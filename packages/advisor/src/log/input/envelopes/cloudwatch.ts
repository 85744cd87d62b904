import { createByteOutput, takeBytes } from "./byte-output.ts";
import type { EnvelopeReader } from "./envelope.ts";
import { createInnerLines } from "./inner-lines.ts";
import { createJsonEntries, firstEntries } from "./json-entries.ts";
import { createLineSplitter } from "./line-splitter.ts";
import { shareOfLines } from "./share-of-lines.ts";

/** `2026-11-22T10:04:54.000Z `; from `aws logs tail` also `2026-11-22T10:04:54.282000+00:00 stream ` and `2026-11-22T10:04:54 `. */
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:(?:\.\d{3})?Z |\.\d{6}\+00:00 \S+ |(?:\.\d{3})? )/;
const MAX_STAMP_BYTES = 600;
const OPENING_BRACE = 123;

/**
 * Events of Amazon CloudWatch Logs, which RDS and Aurora publish: exported to S3 each is led by its time and may have
 * several lines; `aws logs tail` adds the name of the stream, and `aws logs filter-log-events` and `get-log-events` print
 * JSON (CloudWatch Logs: "Export log data to Amazon S3"; AWS CLI: `logs tail`, `logs filter-log-events`).
 */
export const cloudwatch: EnvelopeReader = {
  hasStamps: false,
  detect: (head) =>
    firstEntries(head).some((entry) => isEvent(entry)) ||
    // An event may have many lines.
    shareOfLines(head, (line) => STAMP.test(line)) >= 0.02,
  open(inner, unread) {
    const output = createByteOutput();
    const lines = createInnerLines(output, inner);
    const events = createJsonEntries((entry) => {
      if (!isEvent(entry)) return;
      const text = Buffer.from(String(entry["message"]).trimEnd());
      lines.write(text, 0, text.length, "");
    }, unread);
    const texts = createLineSplitter((bytes, from, to) => {
      const stamp = STAMP.exec(
        bytes.toString("latin1", from, Math.min(to, from + MAX_STAMP_BYTES)),
      );
      lines.write(bytes, from + (stamp?.[0].length ?? 0), to, "");
    }, unread);
    let isJson: boolean | null = null;
    return {
      push(chunk, last) {
        if (chunk.length > 0) isJson ??= chunk[0] === OPENING_BRACE;
        (isJson === true ? events : texts).push(chunk, last);
        return takeBytes(output);
      },
    };
  },
};

function isEvent(entry: Readonly<Record<string, unknown>>): boolean {
  return typeof entry["message"] === "string" && typeof entry["timestamp"] === "number";
}
