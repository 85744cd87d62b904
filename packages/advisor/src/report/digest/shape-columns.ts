import { shareText } from "../summary.ts";
import { formatCount } from "../units.ts";
import { formatUs } from "./digest-summary.ts";
import type { RankedShape } from "./rank-shapes.ts";

interface Column {
  readonly title: string;
  readonly textOf: (entry: RankedShape) => string;
  /** Columns with a greater number go first where the page is narrow. */
  readonly dispensable: number;
}

const COLUMNS: readonly Column[] = [
  { title: "#", textOf: ({ rank }) => String(rank), dispensable: 0 },
  {
    title: "Total",
    textOf: ({ shape, durations }) => (durations === null ? "-" : formatUs(shape.totalUs)),
    dispensable: 0,
  },
  {
    title: "Share",
    textOf: ({ share, durations }) =>
      share === null || durations === null ? "-" : shareText(share),
    dispensable: 3,
  },
  { title: "Calls", textOf: ({ shape }) => formatCount(shape.calls), dispensable: 0 },
  { title: "Mean", textOf: ({ durations }) => timeText(durations?.meanUs), dispensable: 1 },
  { title: "p50", textOf: ({ durations }) => timeText(durations?.p50Us), dispensable: 6 },
  { title: "p95", textOf: ({ durations }) => timeText(durations?.p95Us), dispensable: 2 },
  { title: "p99", textOf: ({ durations }) => timeText(durations?.p99Us), dispensable: 5 },
  { title: "Max", textOf: ({ durations }) => timeText(durations?.maxUs), dispensable: 4 },
  {
    title: "Errors",
    textOf: ({ shape }) => (shape.errors === 0 ? "-" : formatCount(shape.errors)),
    dispensable: 2,
  },
];

function timeText(us: number | undefined): string {
  return us === undefined ? "-" : formatUs(us);
}

/** The columns that fit, each with its width. */
export interface TableLayout {
  readonly columns: readonly { readonly column: Column; readonly width: number }[];
  readonly head: string;
}

export function tableLayout(entries: readonly RankedShape[], width: number): TableLayout {
  let columns = COLUMNS.map((column) => ({
    column,
    width: Math.max(column.title.length, ...entries.map((entry) => column.textOf(entry).length)),
  }));
  const used = (): number => columns.reduce((sum, column) => sum + column.width + 2, -2);
  for (let limit = 6; limit > 0 && used() > width; limit--)
    columns = columns.filter(({ column }) => column.dispensable !== limit);
  return {
    columns,
    head: columns.map(({ column, width: room }) => column.title.padStart(room)).join("  "),
  };
}

export function rowLine({ columns }: TableLayout, entry: RankedShape): string {
  return columns.map(({ column, width }) => column.textOf(entry).padStart(width)).join("  ");
}
