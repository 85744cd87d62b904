import type { ServerEventKind } from "../log/execution.ts";
import type { PartEvents } from "./digest-part.ts";

/** Kinds whose amounts are whole; those of others are milliseconds, summed as whole microseconds. */
const WHOLE: ReadonlySet<ServerEventKind> = new Set<ServerEventKind>(["temporary-file"]);

/** The greatest amount that is believed: one that stays exact in sums. */
const MAX_AMOUNT: number = 2 ** 50;

/** Counts server events, with whole amounts so that sums don't depend on their order. */
export interface EventCounts {
  count(kind: ServerEventKind, amount: number): void;
  values(): readonly PartEvents[];
}

export function createEventCounts(): EventCounts {
  const counts = new Map<ServerEventKind, { count: number; total: number; max: number }>();
  return {
    count(kind, amount) {
      let sum = counts.get(kind);
      if (sum === undefined) counts.set(kind, (sum = { count: 0, total: 0, max: 0 }));
      sum.count += 1;
      const whole = Math.round(amount * partsOf(kind));
      if (!(whole >= 0 && whole <= MAX_AMOUNT)) return;
      sum.total += whole;
      sum.max = Math.max(sum.max, whole);
    },
    values: () => [...counts].map(([kind, sum]) => ({ kind, ...sum })),
  };
}

/** Into how many parts the unit of a kind's amounts is divided, so that they are whole. */
export function partsOf(kind: ServerEventKind): number {
  return WHOLE.has(kind) ? 1 : 1000;
}
