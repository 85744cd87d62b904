import type { Snapshot } from "./snapshot.ts";
import {
  daysBetween,
  recordedUsage,
  type UsageHistory,
  usageHistory,
  type UsageRecord,
  usageRecord,
} from "./usage-history.ts";

/** A server that was recorded within so many days before the snapshot counts as read, in days. */
const FRESH_DAYS = 2;

/**
 * Joins a usage history to a snapshot: the snapshot's counters are the last record of their servers, and a server that was
 * recorded shortly before it counts as if the snapshot held it. No record: no history.
 */
export function addHistory(
  snapshot: Snapshot,
  records: readonly UsageRecord[],
): { readonly snapshot: Snapshot; readonly history?: UsageHistory } {
  if (records.length === 0) return { snapshot };
  const history = usageHistory([...records, ...snapshot.nodes.map(usageRecord)]);
  const known = new Set(snapshot.nodes.map(({ node }) => node));
  const fresh = [...history].flatMap(([node, spans]) => {
    const last = spans.at(-1)?.records.at(-1);
    return last === undefined ||
      known.has(node) ||
      daysBetween(last.at, snapshot.capturedAt) > FRESH_DAYS
      ? []
      : [recordedUsage(last)];
  });
  return { snapshot: { ...snapshot, nodes: [...snapshot.nodes, ...fresh] }, history };
}
