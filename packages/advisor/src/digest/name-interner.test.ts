import fc from "fast-check";
import { expect, test } from "vitest";
import { createNameInterner, OTHER_NAME } from "./name-interner.ts";

function numbersOf(names: readonly string[], maxNames: number): ReadonlyMap<string, string> {
  const interner = createNameInterner(maxNames);
  const numbers = names.map((name) => {
    const bytes = Buffer.from(`x${name}x`);
    return interner.idOf(bytes, 1, bytes.length - 1);
  });
  // What a number stands for is known at the end.
  return new Map(names.map((name, place) => [name, interner.texts[numbers[place]!]!]));
}

test("names have numbers from 1, none has 0", () => {
  const interner = createNameInterner();
  const bytes = Buffer.from("app,größe,app");
  const app = interner.idOf(bytes, 0, 3);
  expect(interner.idOf(bytes, bytes.length - 3, bytes.length)).toBe(app);
  expect(interner.idOf(bytes, 4, 4)).toBe(0);
  expect(interner.texts[0]).toBe("");
  expect(interner.texts[app]).toBe("app");
  expect(interner.texts[interner.idOf(bytes, 4, bytes.length - 4)]).toBe("größe");
});

test("which names are told apart doesn't depend on their order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: "binary", minLength: 1, maxLength: 4 }), { maxLength: 200 }),
      (names) => {
        const forward = numbersOf(names, 16);
        const backward = numbersOf(names.toReversed(), 16);
        expect(backward).toEqual(forward);
        const kept = [...forward].filter(([, text]) => text !== OTHER_NAME);
        expect(kept.length).toBeLessThanOrEqual(16);
        expect(kept.filter(([name, text]) => text !== Buffer.from(name).toString())).toEqual([]);
      },
    ),
    { numRuns: 30 },
  );
});

test("names that aren't told apart take no memory", () => {
  const interner = createNameInterner(16);
  for (let number = 0; number < 100_000; number += 1) {
    const bytes = Buffer.from(`job-${number}`);
    interner.idOf(bytes, 0, bytes.length);
  }
  expect(interner.texts.length).toBeLessThan(16 * 20);
  expect(interner.limit.kept.size).toBeGreaterThan(4);
});
