import { seededRandom } from "./seeded-random.ts";

/** Seeded chance, in the words that a model test uses. */
export interface Dice {
  readonly next: () => number;
  /** A whole number from 0 up to and with `most`. */
  upTo(most: number): number;
  /** True once in so many times. */
  oneIn(times: number): boolean;
  pick<Item>(items: readonly Item[]): Item | undefined;
}

export function dice(seed: number): Dice {
  const next = seededRandom(seed);
  const upTo = (most: number): number => Math.floor(next() * (most + 1));
  return {
    next,
    upTo,
    oneIn: (times) => next() < 1 / times,
    pick: (items) => items[upTo(items.length - 1)],
  };
}
