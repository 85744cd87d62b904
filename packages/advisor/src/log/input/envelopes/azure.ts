import { createByteOutput, takeBytes } from "./byte-output.ts";
import type { EnvelopeReader } from "./envelope.ts";
import { createInnerLines } from "./inner-lines.ts";
import {
  createJsonEntries,
  firstEntries,
  isObject,
  type JsonObject,
  textOf,
} from "./json-entries.ts";

/**
 * Diagnostic logs of Azure Database for PostgreSQL, category `PostgreSQLLogs`, as a storage account (one entry per line)
 * or an event hub (`{"records": [...]}`) gets them. `properties.message` has the line with its prefix and severity; DETAIL
 * is apart in `properties.detail`. The single server had the prefix apart, too, and `errorLevel` instead of the label
 * (Azure: "Logs in Azure Database for PostgreSQL", and records in the tests of pganalyze's collector).
 */
export const azure: EnvelopeReader = {
  hasStamps: false,
  detect: (head) => firstEntries(head).some((entry) => linesOf(entry) !== null),
  open(inner, unread) {
    const output = createByteOutput();
    const lines = createInnerLines(output, inner);
    const entries = createJsonEntries((entry) => {
      const text = linesOf(entry);
      if (text === null) return;
      for (const line of text) {
        const bytes = Buffer.from(line);
        lines.write(bytes, 0, bytes.length, "");
      }
    }, unread);
    return {
      push(chunk, last) {
        entries.push(chunk, last);
        return takeBytes(output);
      },
    };
  },
};

/** The lines that the server's own log would have; `null`: an entry of something else. */
function linesOf(entry: JsonObject): readonly string[] | null {
  const properties = entry["properties"];
  if (!isObject(properties) || typeof properties["message"] !== "string") return null;
  if (typeof properties["errorLevel"] !== "string") return null;
  const label = `${properties["errorLevel"]}:  `;
  const given = textOf(properties["prefix"]);
  const message = given === "" ? properties["message"] : `${given}${label}${properties["message"]}`;
  const detail = textOf(properties["detail"]);
  const at = message.indexOf(label);
  if (detail === "" || at === -1) return [message];
  // The fields of one message have the same prefix.
  return [message, `${message.slice(0, at)}DETAIL:  ${detail}`];
}
