import { randomNumbers } from "@dbadvise/testkit";
import { expect, test } from "vitest";
import { Cache } from "./cache.ts";

const SEED = Number(process.env["DBADVISE_TEST_SEED"] ?? 20_261_122);

const KINDS: readonly (readonly [string, (index: number) => unknown])[] = [
  ["integers in a row", (index) => index],
  ["negative ones", (index) => -index],
  ["steps of a power of two", (index) => index * 4096],
  ["the ends of 32 bits", (index) => (index % 2 === 0 ? 2 ** 31 - index : -(2 ** 31) + index)],
  ["integers beyond 32 bits", (index) => 2 ** 31 + index],
  ["fractions", (index) => index + 0.5],
  ["text", (index) => String(index)],
  ["bigints", BigInt],
  [
    "all kinds",
    (index) => [index >> 2, String(index >> 2), (index >> 2) / 8, BigInt(index >> 2)][index % 4],
  ],
  [
    "what is hard to tell apart",
    (index) => [0, -0, Number.NaN, "0", "", false, true, 1, 1n][index % 9],
  ],
];

test.each(KINDS)(
  `has the keys of a Map, added and cleared at random: %s, seed ${SEED}`,
  (_name, keyOf) => {
    const random = randomNumbers(SEED);
    const keys = Array.from({ length: 3_000 }, (_, index) => keyOf(index));
    let cache = new Cache<number>();
    const map = new Map<unknown, number>();
    const wrong: string[] = [];
    for (let step = 0; step < 20_000; step += 1) {
      // Few keys at first, all in the end.
      const key = keys[Math.floor(random() * Math.min(keys.length, 10 + step))];
      const roll = random();
      if (roll < 0.7) {
        const next = cache.size;
        const id = cache.add(key);
        if ((id === next) === map.has(key)) wrong.push(`step ${step}: ${String(key)}`);
        if (id === next) {
          cache.results[id] = step;
          map.set(key, step);
        }
      } else if (roll < 0.999) {
        cache.delete(key);
        map.delete(key);
      } else if (random() < 0.2) {
        cache.clear();
        map.clear();
      }
      if (!cache.isMostlyCleared) continue;
      cache = cache.compacted();
      if (cache.size !== map.size) wrong.push(`step ${step}: ${cache.size} keys`);
    }
    const known = (key: unknown): unknown =>
      cache.has(key) ? cache.results[cache.add(key)] : undefined;
    expect(wrong).toEqual([]);
    expect(keys.map(known)).toEqual(keys.map((key) => map.get(key)));
  },
);

test("lets go of most of what was cleared", () => {
  const cache = new Cache<number>();
  for (let key = 0; key < 10; key += 1) cache.results[cache.add(key)] = key;
  for (let key = 0; key < 5; key += 1) cache.delete(key);
  expect(cache.isMostlyCleared).toBe(false);
  cache.delete(5);
  // Not a second time.
  cache.delete(5);
  expect(cache.isMostlyCleared).toBe(true);
  expect(cache.compacted().size).toBe(4);
  const left = cache.compacted().results.filter(() => true);
  expect(new Set(left)).toEqual(new Set([6, 7, 8, 9]));
});
