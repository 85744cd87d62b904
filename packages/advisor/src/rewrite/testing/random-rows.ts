/** A small seeded generator: the same seed gives the same rows. */
export function seeded(seed: number): <Value>(from: readonly Value[]) => Value {
  let state = seed >>> 0;
  const next = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  return (from) => {
    const value = from[Math.floor(next() * from.length)];
    if (value === undefined) throw new Error("nothing to choose from");
    return value;
  };
}

/** Moments around every kind of boundary, local to no zone. */
export const MOMENTS: readonly (string | null)[] = [
  null,
  "infinity",
  "-infinity",
  "4713-01-01 00:00:00 BC",
  "0001-12-31 23:59:59.999999 BC",
  "0001-01-01 00:00:00",
  "1999-12-31 23:59:59.999999",
  "2000-01-01 00:00:00",
  "2010-11-06 23:59:59.999999",
  "2010-11-07 00:00:00",
  "2010-11-07 00:00:30",
  "2011-12-30 12:00:00",
  "2024-02-29 00:00:00",
  "2024-02-29 23:59:59.999999",
  "2024-03-01 00:00:00",
  "2026-03-29 02:30:00",
  "2026-01-01 00:00:00",
  "2026-01-01 00:00:00.000001",
  "2026-01-01 12:34:56.789",
  "2026-12-31 23:59:59.999999",
  "2027-01-01 00:00:00",
  "294276-12-31 23:59:59.999999",
];

export const NUMBERS: readonly (number | null)[] = [
  null,
  0,
  1,
  -1,
  2,
  4,
  5,
  6,
  7,
  100,
  99,
  101,
  -100,
  32_766,
  -32_767,
  1_000,
  12_345,
];

export const WORDS: readonly (string | null)[] = [
  null,
  "",
  "a",
  "A",
  "abc",
  "ABC",
  "abcd",
  "none",
  "ß",
  "ss",
  " a",
  "a ",
  "%a",
  "é",
];
