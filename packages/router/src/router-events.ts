import type { NodeHealth } from "./node-health.ts";
import type { Position } from "./position.ts";

export interface RouterEvents {
  /** Another node takes the writes. */
  primaryChanged: (name: string, before: string | undefined) => void;
  /** Another node takes writes too, and its history does not say that it is the newer one: it is fenced, writes stay where they were. */
  splitBrain: (kept: string, fenced: string) => void;
  health: (name: string, health: NodeHealth, before: NodeHealth, reason: string) => void;
  /**
   * What the running scope wrote or saw is of a history that the primary doesn't continue: it may be gone. `wanted`: its place; `undefined`
   * where that could not be learned.
   */
  writeMayBeLost: (wanted: Position | undefined, primary: Position) => void;
  /** A text that was thought read-only was refused as a write; it is known now. */
  misrouted: (sql: string, node: string) => void;
  /** Something in the background failed: a poll, a topology source. */
  error: (error: Error) => void;
}
