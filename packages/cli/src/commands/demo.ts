import { analyze, type Report } from "@dbadvise/advisor";
import { buildAndMeasure, type Measurement } from "../demo/build-and-measure.ts";
import { SHOP_ROWS } from "../demo/shop-rows.ts";
import type { OpenShop } from "../demo/shop.ts";

export interface DemoResult {
  readonly report: Report;
  /** Rows of all tables together. */
  readonly rows: number;
  /** One per query that an advised index serves, the greatest predicted gain first. */
  readonly measurements: readonly Measurement[];
  /** What a reader has to know of the measurements. */
  readonly footnotes: readonly string[];
}

/** `dbadvise demo`: analyses a shop, then builds what was advised and measures it. */
export async function demoCommand(
  openShop: OpenShop,
  scratchUrl: string | undefined,
  progress: (message: string) => void,
): Promise<DemoResult> {
  const shop = await openShop(progress, scratchUrl);
  try {
    progress("reading the shop as a live server is read");
    const { engine, sources, footnotes } = shop;
    const snapshot = await shop.capture();
    const planner = await engine.createPlanner(snapshot, progress, {
      ...(shop.scratchUrl !== undefined && { scratchUrl: shop.scratchUrl }),
    });
    try {
      const report = await analyze({ engine, snapshot, planner, sources, progress });
      const measurements = await buildAndMeasure({ shop, report, planner, snapshot, progress });
      const rows = Object.values(SHOP_ROWS).reduce((sum, count) => sum + count, 0);
      return { report, rows, measurements, footnotes };
    } finally {
      await planner.close();
    }
  } finally {
    await shop.close();
  }
}
