import { channel, type Channel } from "node:diagnostics_channel";
import type { NPlusOnePattern } from "./n-plus-one-pattern.ts";

const patterns: Channel = channel("dbadvise:n-plus-one");

/** Publishes on `dbadvise:n-plus-one` what was added to a pattern; it is only put together if anybody listens. */
export function publishNPlusOne(more: () => NPlusOnePattern): void {
  if (patterns.hasSubscribers) patterns.publish(more());
}

/**
 * Calls `listener` with what a detection adds to a pattern: all queries of a scope until it is found there, then each
 * further one. `scopes`, `queries` and `overlapping` can be added up; `occurrences` and `distinctParameters` are those of
 * the scope so far. Until the returned function is called.
 */
export function onNPlusOne(listener: (more: NPlusOnePattern) => void): () => void {
  const subscriber = (message: unknown): void => listener(message as NPlusOnePattern);
  patterns.subscribe(subscriber);
  return () => {
    patterns.unsubscribe(subscriber);
  };
}
