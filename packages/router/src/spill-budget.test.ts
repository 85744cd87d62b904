import { describe, expect, it } from "vitest";
import { createSpillBudget } from "./spill-budget.ts";

/** How many of so many reads per second the primary gets when no replica takes any. */
function spilled(share: number, perSecond: number, seconds: number): number {
  const budget = createSpillBudget(share, 0);
  let passed = 0;
  for (let read = 0; read < perSecond * seconds; read++) {
    budget.earn();
    if (budget.spend((read / perSecond) * 1000)) passed += 1;
  }
  return passed;
}

describe("the spill budget", () => {
  it("lets the first reads of a process through", () => {
    expect(spilled(0.3, 50, 1)).toBe(50);
  });

  it("lets few reads through, always", () => {
    expect(spilled(0.1, 8, 600)).toBe(8 * 600);
  });

  it("holds many to their share, and does not refuse them all (sequelize #7180, aws-jdbc #223)", () => {
    const passed = spilled(0.3, 5000, 20) / (5000 * 20);
    expect(passed).toBeGreaterThan(0.3);
    expect(passed).toBeLessThan(0.31);
  });

  it("is nothing, or no limit, at its ends", () => {
    expect(spilled(0, 100, 10)).toBe(0);
    expect(spilled(1, 5000, 2)).toBe(10_000);
  });
});
