import { dateTimeText } from "../clock-time.ts";
import { type Series, timeTicks } from "../digest/resample.ts";
import type { TimeBucket } from "../../digest/digest.ts";
import { formatDuration, formatPlural } from "../units.ts";
import type { Markup } from "./markup.ts";
import { plotFrame } from "./plot-frame.ts";

const TICKS = 4;

/** Time spent in queries, by when they ended. */
export function loadPlot(series: Series, height: number): Markup {
  return timePlot(series, height, {
    title: "Time in queries",
    valueOf: ({ totalUs }) => totalUs,
    textOf: (us) => formatDuration(us / 1000),
  });
}

/** Calls, by when they ended. */
export function callsPlot(series: Series, height: number): Markup {
  return timePlot(series, height, {
    title: "Calls",
    valueOf: ({ calls }) => calls,
    textOf: (calls) => formatPlural(calls, "call", "calls"),
  });
}

/** Failed statements, by when they ended. */
export function errorsPlot(series: Series, height: number): Markup {
  return timePlot(series, height, {
    title: "Failed statements",
    valueOf: ({ errors }) => errors,
    textOf: (errors) => formatPlural(errors, "error", "errors"),
    kind: "bad",
  });
}

interface Measure {
  readonly title: string;
  readonly valueOf: (bucket: TimeBucket) => number;
  readonly textOf: (value: number) => string;
  readonly kind?: "bad";
}

function timePlot(series: Series, height: number, measure: Measure): Markup {
  const { buckets, stepMs } = series;
  const { title, valueOf, textOf, kind = "value" } = measure;
  const peak = Math.max(...buckets.map(valueOf));
  const width = 100 / buckets.length;
  return plotFrame({
    label: `${title} per ${formatDuration(stepMs)}, at most ${textOf(peak)}`,
    height,
    top: textOf(peak),
    ticks: timeTicks(series, TICKS).map(({ place, text }) => ({ x: place * width, text })),
    bars: buckets.map((bucket, index) => ({
      x: index * width,
      width,
      share: peak === 0 ? 0 : valueOf(bucket) / peak,
      kind,
      label: `${dateTimeText(bucket.at)}: ${textOf(valueOf(bucket))}`,
    })),
  });
}
