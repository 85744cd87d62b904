import type { EventSource } from "../log/event-source.ts";
import type { Digest } from "./digest.ts";
import { type Fingerprinter, mergeByFingerprint } from "./merge-by-fingerprint.ts";
import type { DigestedLog } from "./open-log.ts";

/**
 * The digest of the only log among sources that were read, its shapes with the fingerprints of a workload's queries, and
 * without what holds data: examples and plans. `undefined` where there is no log, or several.
 */
export async function digestOfLog(
  sources: readonly EventSource[],
  fingerprinter: Fingerprinter,
): Promise<Digest | undefined> {
  const [log, ...others] = sources.filter(isDigestedLog);
  const digest = log?.digest();
  if (digest === undefined || others.length > 0) return undefined;
  const { shapes, ...rest } = await mergeByFingerprint(digest, fingerprinter);
  return { ...rest, shapes: shapes.map((shape) => ({ ...shape, examples: [], plan: null })) };
}

function isDigestedLog(source: EventSource): source is DigestedLog {
  return "digest" in source;
}
