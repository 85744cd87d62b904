import { SELECTION_BARS } from "../../whatif/select-indexes.ts";
import type { Plan } from "../../whatif/plan.ts";
import type { ComparedQuery } from "./compare-plans.ts";

/** A plan has to become dearer by this factor to be told: below it lies the noise of estimates. */
export const REGRESSION_FACTOR = 1.2;

/** Share of the workload's cost that a query has to add. */
export const REGRESSION_SHARE: number = SELECTION_BARS.workloadGain;

/** Cost that one execution has to add, in units of one page read: what it costs to read a table that is too small to matter. */
export const REGRESSION_COST: number = SELECTION_BARS.perExecution;

/** Share of the workload's cost above which it counts however little one execution adds. */
export const REGRESSION_HEAVY_SHARE: number = SELECTION_BARS.often.workloadGain;

/** Whether a query that costs `after` now is dearer by an amount that matters. `total`: the workload's weighted cost before. */
export function isRegression(
  { before, weight }: Pick<ComparedQuery, "before" | "weight">,
  after: Plan,
  total: number,
): boolean {
  const added = after.cost - before.cost;
  const share = total > 0 ? (added * weight) / total : 0;
  return (
    after.cost >= before.cost * REGRESSION_FACTOR &&
    share >= REGRESSION_SHARE &&
    (added >= REGRESSION_COST || share >= REGRESSION_HEAVY_SHARE)
  );
}
