import fc from "fast-check";

/** Runs a test with even numbers from 0 up to 1; a failure prints the seed. */
export function withChance(test: (random: () => number) => void): void {
  const numbers = fc.infiniteStream(fc.noBias(fc.nat(2 ** 31 - 1)));
  fc.assert(
    fc.property(numbers, (stream) => test(() => Number(stream.next().value) / 2 ** 31)),
    { numRuns: 5, endOnFailure: true },
  );
}
