import type { DurationBin } from "../digest/durations.ts";
import { formatDuration, formatPlural } from "../units.ts";
import type { Markup } from "./markup.ts";
import { plotFrame } from "./plot-frame.ts";

export interface DurationMarks {
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
}

/** Calls by duration, on a logarithmic scale. */
export function durationPlot(
  bins: readonly DurationBin[],
  marks: DurationMarks,
  height: number,
): Markup {
  const from = bins[0]?.fromUs ?? 1;
  const to = bins.at(-1)?.toUs ?? 10;
  const placeOf = (us: number): number =>
    (Math.log(Math.min(Math.max(us, from), to) / from) / Math.log(to / from)) * 100;
  const peak = bins.reduce((greatest, { calls }) => Math.max(greatest, calls), 0);
  return plotFrame({
    label: `Calls by duration from ${formatDuration(from / 1000)} to ${formatDuration(to / 1000)}, on a logarithmic scale`,
    height,
    bars: bins.map(({ fromUs, toUs, calls }) => ({
      x: placeOf(fromUs),
      width: placeOf(toUs) - placeOf(fromUs),
      share: calls / peak,
      label: `${formatDuration(fromUs / 1000)} to ${formatDuration(toUs / 1000)}: ${formatPlural(calls, "call", "calls")}`,
    })),
    ticks: decades(from, to).map((us) => ({ x: placeOf(us), text: formatDuration(us / 1000) })),
    marks: [
      { x: placeOf(marks.p50Us), text: "p50" },
      { x: placeOf(marks.p95Us), text: "p95" },
      { x: placeOf(marks.p99Us), text: "p99" },
    ],
  });
}

/** Powers of ten from one to the other, at most five. */
function decades(from: number, to: number): readonly number[] {
  const first = Math.ceil(Math.log10(from) - 1e-9);
  const last = Math.floor(Math.log10(to) + 1e-9);
  const step = Math.max(1, Math.ceil((last - first) / 4));
  return Array.from(
    { length: Math.floor((last - first) / step) + 1 },
    (_, index) => 10 ** (first + index * step),
  );
}
