import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createDigestState, type DigestStateOptions } from "./create-digest-state.ts";
import type { Digest } from "./digest.ts";
import { countAll, executions, type Seen } from "./testing/random-executions.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "digest-state-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** The digest of executions that are split over states as `parts` tells, with parts merged in a tree. */
function inParts(
  all: readonly Seen[],
  parts: readonly number[],
  options: DigestStateOptions,
): Digest {
  const states = [0, 1, 2, 3, 4].map(() => createDigestState(options));
  all.forEach((seen, position) =>
    countAll(states[(parts[position % parts.length] ?? 0) % 5]!, [seen]),
  );
  states[1]!.merge(structuredClone(states[3]!.part()));
  states[4]!.merge(structuredClone(states[1]!.part()));
  states[4]!.merge(structuredClone(states[0]!.part()));
  states[2]!.merge(structuredClone(states[4]!.part()));
  return states[2]!.finish({ maxShapes: 20 });
}

test("a digest doesn't depend on how its executions are cut and merged", () => {
  fc.assert(
    fc.property(executions, fc.array(fc.nat({ max: 4 }), { minLength: 1 }), (all, parts) => {
      const whole = countAll(createDigestState(), all).finish({ maxShapes: 20 });
      expect(inParts(all.toReversed(), parts, {})).toEqual(whole);
    }),
    { numRuns: 30, interruptAfterTimeLimit: 20_000 },
  );
});

test("a digest doesn't depend on what is written out meanwhile", () => {
  fc.assert(
    fc.property(executions, fc.array(fc.nat({ max: 4 }), { minLength: 1 }), (all, parts) => {
      const whole = countAll(createDigestState(), all).finish({ maxShapes: 20 });
      const options = { spillFolder: folder, memoryBytes: 0 };
      expect(inParts(all, parts, options)).toEqual(whole);
    }),
    { numRuns: 20, interruptAfterTimeLimit: 20_000 },
  );
  expect(readdirSync(folder).length).toBeGreaterThan(0);
});
