/**
 * - `up`: takes its share.
 * - `lagging`: behind by more than `maxLagMs`: takes reads only when no other can.
 * - `suspect`: failed recently: still used, watched.
 * - `ejected`: failed too often: not used until a probe succeeds.
 * - `probation`: back, with a share that grows (slow start).
 * - `draining`: takes nothing new, ends what it has.
 * - `fenced`: was primary and is no more, or may not be: takes no writes, and no reads.
 */
export type NodeHealth =
  | "up"
  | "lagging"
  | "suspect"
  | "ejected"
  | "probation"
  | "draining"
  | "fenced";

/** Whether a node that is so takes reads at all. */
export function isInService(health: NodeHealth): boolean {
  return health !== "ejected" && health !== "fenced" && health !== "draining";
}
