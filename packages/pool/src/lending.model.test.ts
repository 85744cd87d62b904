import { expect, it } from "vitest";
import { modelRun } from "./testing/model-run.ts";

/** 250 pools, 4,000 operations each: a million. A seed that is given runs alone. */
const GIVEN = process.env["DBADVISE_POOL_SEED"];
const RUNS = GIVEN === undefined ? 250 : 1;
const STEPS = 4000;
const SEED = Number(GIVEN ?? Date.now() % 1_000_000);

it("keeps its promises through a million operations", { timeout: 300_000 }, async () => {
  const sum = { operations: 0, lent: 0, ended: 0 };
  for (let run = 0; run < RUNS; run += 1) {
    const seed = SEED + run;
    try {
      const done = await modelRun(seed, STEPS);
      sum.operations += done.operations;
      sum.lent += done.lent;
      sum.ended += done.ended;
    } catch (cause) {
      throw new Error(`DBADVISE_POOL_SEED=${seed}: ${(cause as Error).message}`, { cause });
    }
  }
  // Enough was lent for the checks to mean something, and enough acquires met an end of another kind.
  expect(sum.lent).toBeGreaterThan(sum.operations / 20);
  expect(sum.ended).toBeGreaterThan(sum.operations / 100);
  expect(sum.operations).toBeGreaterThanOrEqual(RUNS * STEPS);
});
