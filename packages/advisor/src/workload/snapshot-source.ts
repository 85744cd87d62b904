import type { Snapshot } from "../catalog/snapshot.ts";
import type { EventSource } from "../log/event-source.ts";

/** The workload inside a snapshot as a source like any other; none where it holds none. */
export function snapshotSource(snapshot: Snapshot): readonly EventSource[] {
  const { workload } = snapshot;
  if (workload === null || workload.events.length === 0) return [];
  return [
    {
      name: workload.source,
      events: (async function* () {
        yield* workload.events;
      })(),
      summary: () => ({
        records: workload.events.length,
        unread: 0,
        seconds: workload.seconds,
      }),
    },
  ];
}
