import { expect, test } from "vitest";
import { seededRandom } from "../random-database/random.ts";
import { createByteFinder } from "./find-byte.ts";

const SEED = Number(process.env["DBADVISE_SEED"] ?? 7);

test(`a byte is found as by indexOf, back and forth (DBADVISE_SEED=${SEED})`, () => {
  const random = seededRandom(SEED);
  for (let round = 0; round < 50; round++) {
    const rare = random.int(1, 100);
    const bytes = Buffer.from(
      Array.from({ length: random.int(0, 300) }, () =>
        random.int(1, rare) === 1 ? 34 : random.pick([0, 33, 35, 162, 255]),
      ),
    );
    // Not at the beginning of its memory.
    const part = Buffer.concat([Buffer.from('"'), bytes, Buffer.from('"')]).subarray(1, -1);
    const finder = createByteFinder(part, 34);
    for (let step = 0; step < 100; step++) {
      const from = random.int(0, part.length);
      const found = part.indexOf(34, from);
      const expected = found === -1 ? part.length : found;
      expect([round, from, finder.near(from)]).toEqual([round, from, expected]);
      const other = random.int(0, part.length);
      const next = part.indexOf(34, other);
      expect([round, other, finder.next(other)]).toEqual([
        round,
        other,
        next === -1 ? part.length : next,
      ]);
    }
  }
});
