import type { DemoResult } from "./commands/demo.ts";
import type { Measurement } from "./demo/build-and-measure.ts";
import { painter } from "./painter.ts";

/** Predicted against measured, one line per query. */
export function renderDemo(
  { rows, measurements, footnotes }: DemoResult,
  { color, width }: { readonly color: boolean; readonly width: number },
): string {
  const paint = painter(color);
  const cells = measurements.map(cellsOf);
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ");
  const room = Math.max(20, width - line(HEADINGS).length - 2);
  return [
    "",
    paint.bold(
      `Built and measured: every advised index, in this shop of ${rows.toLocaleString("en")} rows`,
    ),
    paint.dim(`${line(HEADINGS)}  query`),
    ...cells.map(
      (row, position) => `${line(row)}  ${cut(measurements[position]?.sql ?? "", room)}`,
    ),
    ...[...footnotes, TIMES_NOTE].map((note) => paint.dim(note)),
    "",
  ].join("\n");
}

const TIMES_NOTE =
  "Times saved per day are those of a workload that would go on all day as it did for these few seconds.";

const HEADINGS: readonly string[] = ["predicted", "measured", "before", "after"];

function cellsOf({ costBefore, costAfter, msBefore, msAfter }: Measurement): readonly string[] {
  return [
    times(costBefore / costAfter),
    times(msBefore / msAfter),
    milliseconds(msBefore),
    milliseconds(msAfter),
  ];
}

function times(factor: number): string {
  return `${factor >= 10 ? Math.round(factor).toLocaleString("en") : factor.toFixed(1)} x`;
}

function milliseconds(value: number): string {
  return `${value.toFixed(value < 10 ? 2 : 1)} ms`;
}

function cut(text: string, room: number): string {
  return text.length <= room ? text : `${text.slice(0, room - 1)}…`;
}
