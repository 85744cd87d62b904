import type { EventSource } from "../log/event-source.ts";
import type { Digest } from "./digest.ts";
import { type Fingerprinter, mergeByFingerprint } from "./merge-by-fingerprint.ts";
import { mergeDigests } from "./merge-digests.ts";
import type { DigestedLog } from "./open-log.ts";

/**
 * One digest of the logs among sources that were read, its shapes with the fingerprints of a workload's queries, and
 * without what holds data: examples and plans. `undefined` where there is no log.
 */
export async function digestOfLogs(
  sources: readonly EventSource[],
  fingerprinter: Fingerprinter,
): Promise<Digest | undefined> {
  const digests = sources.filter(isDigestedLog).flatMap((log) => log.digest() ?? []);
  if (digests.length === 0) return undefined;
  const maxShapes = digests.reduce((sum, { shapes }) => sum + shapes.length, 0);
  const merged = mergeDigests(digests, { maxShapes });
  const { shapes, ...rest } = await mergeByFingerprint(merged, fingerprinter);
  return { ...rest, shapes: shapes.map((shape) => ({ ...shape, examples: [], plan: null })) };
}

function isDigestedLog(source: EventSource): source is DigestedLog {
  return "digest" in source;
}
