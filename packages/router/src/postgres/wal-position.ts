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
    return compareLsns(bound.at, wanted.at) >= 0 ? "reached" : "behind";
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
  const order = compareLsns(a.at, b.at);
  if (order === 0) return a.epoch === UNKNOWN_TIMELINE ? b : a;
  return order > 0 ? a : b;
}

/** Of byte positions in the WAL, written as two hexadecimal halves (`16/B374D848`): together they are beyond what a number holds. */
function compareLsns(a: string, b: string): number {
  if (a === b) return 0;
  const [slashOfA, slashOfB] = [a.indexOf("/"), b.indexOf("/")];
  const high = half(a.slice(0, slashOfA)) - half(b.slice(0, slashOfB));
  return high === 0 ? half(a.slice(slashOfA + 1)) - half(b.slice(slashOfB + 1)) : high;
}

function half(digits: string): number {
  return Number.parseInt(digits, 16);
}
