import { createByteOutput, takeBytes } from "./byte-output.ts";
import type { EnvelopeReader } from "./envelope.ts";
import { createInnerLines } from "./inner-lines.ts";
import { createJsonEntries, firstEntries, isObject, type JsonObject } from "./json-entries.ts";

/**
 * Entries of Google's Cloud Logging, of Cloud SQL and AlloyDB: a log's text is in `textPayload`, with its line breaks
 * (LogEntry, Cloud Logging API v2). They come one per line from a sink, as one list from `gcloud logging read --format
 * json`, the newest first. A text that is too long is cut into several entries: `split.index` counts them.
 */
export const cloudSql: EnvelopeReader = {
  hasStamps: false,
  detect: (head) => firstEntries(head).some((entry) => isDatabaseEntry(entry)),
  open(inner, unread) {
    const output = createByteOutput();
    const lines = createInnerLines(output, inner);
    /** A text of which parts are still to come. */
    let parts = "";
    const entries = createJsonEntries((entry) => {
      const text = entry["textPayload"];
      if (typeof text !== "string") return;
      const split = entry["split"];
      if (isObject(split) && Number(split["index"] ?? 0) + 1 < Number(split["totalSplits"])) {
        parts += text;
        return;
      }
      const bytes = Buffer.from(parts + text);
      parts = "";
      lines.write(bytes, 0, bytes.length, "");
    }, unread);
    return {
      push(chunk, last) {
        entries.push(chunk, last);
        return takeBytes(output);
      },
    };
  },
};

/** `projects/P/logs/cloudsql.googleapis.com%2Fpostgres.log`, `alloydb.googleapis.com%2Fpostgres.log` */
function isDatabaseEntry(entry: JsonObject): boolean {
  return typeof entry["textPayload"] === "string" && typeof entry["logName"] === "string";
}
