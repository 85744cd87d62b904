import { analyze, engineNamed, type Report } from "@dbadvise/advisor";
import { buildAndMeasure, type Measurement } from "../demo/build-and-measure.ts";
import { openShop } from "../demo/open-shop.ts";
import { SHOP_ROWS } from "../demo/shop-schema.ts";

export interface DemoResult {
  readonly report: Report;
  /** Rows of all tables together. */
  readonly rows: number;
  /** One per query that an advised index serves, the greatest predicted gain first. */
  readonly measurements: readonly Measurement[];
}

/** `dbadvise demo`: analyses a shop in memory, then builds what was advised and measures it. */
export async function demoCommand(progress: (message: string) => void): Promise<DemoResult> {
  const shop = await openShop(progress);
  try {
    progress("reading the shop as a live server is read");
    const engine = engineNamed("PostgreSQL");
    const snapshot = await engine.capture(shop, {
      values: true,
      workload: true,
      node: "demo/shop",
    });
    const planner = await engine.createPlanner(snapshot, progress);
    try {
      const report = await analyze({ engine, snapshot, planner, progress });
      const measurements = await buildAndMeasure({
        shop,
        report,
        engine,
        planner,
        snapshot,
        progress,
      });
      const rows = Object.values(SHOP_ROWS).reduce((sum, count) => sum + count, 0);
      return { report, rows, measurements };
    } finally {
      await planner.close();
    }
  } finally {
    await shop.close();
  }
}
