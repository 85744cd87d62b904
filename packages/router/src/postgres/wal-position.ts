import type { Coverage, Position } from "../position.ts";

/** The epoch of a standby that doesn't tell its timeline: nothing receives WAL there. */
export const UNKNOWN_TIMELINE = "";

/**
 * Whether a server at `bound` has everything up to `wanted`. The same LSN on another timeline is another write: one that a
 * promotion left behind. A lower timeline may still come to the higher one; a higher one may have left `wanted` behind.
 */
export function covers(bound: Position, wanted: Position): Coverage {
  if (wanted.epoch === UNKNOWN_TIMELINE) return "unknown";
  if (bound.epoch === wanted.epoch) {
    return lsnOf(bound) >= lsnOf(wanted) ? "reached" : "behind";
  }
  return Number(bound.epoch) > Number(wanted.epoch) ? "unknown" : "behind";
}

/** A promotion begins a higher timeline. */
export function compareEpochs(a: Position, b: Position): number {
  return Number(a.epoch) - Number(b.epoch);
}

/**
 * The place that covers both. Of two timelines it is that of the higher one: what the other has beyond the promotion is gone
 * there.
 */
export function merge(a: Position, b: Position): Position {
  if (a.epoch !== b.epoch && a.epoch !== UNKNOWN_TIMELINE && b.epoch !== UNKNOWN_TIMELINE) {
    return compareEpochs(a, b) > 0 ? a : b;
  }
  if (lsnOf(a) === lsnOf(b)) return a.epoch === UNKNOWN_TIMELINE ? b : a;
  return lsnOf(a) > lsnOf(b) ? a : b;
}

/** A byte position in the WAL, from two hexadecimal halves: `16/B374D848`. */
function lsnOf({ at }: Position): bigint {
  const slash = at.indexOf("/");
  return (BigInt(`0x${at.slice(0, slash)}`) << 32n) | BigInt(`0x${at.slice(slash + 1)}`);
}
