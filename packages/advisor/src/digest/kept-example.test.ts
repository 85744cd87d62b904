import fc from "fast-check";
import { expect, test } from "vitest";
import {
  chooseExamples,
  type ExampleValue,
  keepAmong,
  KeptExample,
  type KeptExamples,
  uniteExamples,
} from "./kept-example.ts";

const example = fc.record({
  rank: fc.nat({ max: 60 }),
  at: fc.constant(null),
  us: fc.option(fc.nat({ max: 20 })),
  // A few long ones are enough to reach the limit on characters.
  sql: fc.constantFrom("a", "b", "c".repeat(30_000)),
  parameters: fc.constantFrom("", "$1 = '1'", "$1 = '2'"),
});

function keep(all: readonly ExampleValue[]): KeptExamples {
  const examples: KeptExamples = { drawn: [], slowest: [], characters: 0 };
  for (const { rank, at, us, sql, parameters } of all) {
    const kept = keepAmong(examples, new KeptExample(rank, at, us, sql));
    // As the log may tell them: later.
    if (kept !== null) kept.parameters = parameters;
  }
  return examples;
}

function valueOf({ rank, at, us, sql, parameters }: ExampleValue): ExampleValue {
  return { rank, at, us, sql, parameters };
}

test("examples that come one by one are those chosen of all, in any order and from any parts", () => {
  fc.assert(
    fc.property(fc.array(example, { maxLength: 300, size: "max" }), fc.nat(), (all, cut) => {
      const { drawn, slowest } = keep(all);
      const whole = chooseExamples(uniteExamples(all, []), 0);
      expect(drawn.map(valueOf)).toEqual(whole.drawn);
      expect(slowest.map(valueOf)).toEqual(whole.slowest);
      const parts = [all.slice(0, cut % 300), all.slice(cut % 300)].map((part) => {
        const chosen = chooseExamples(uniteExamples(part, []), 0);
        return [...chosen.drawn, ...chosen.slowest];
      });
      expect(chooseExamples(uniteExamples(parts[1]!, parts[0]!), 0)).toEqual(whole);
    }),
    { numRuns: 100, interruptAfterTimeLimit: 20_000 },
  );
});
