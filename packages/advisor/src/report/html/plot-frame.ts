import { type Markup, html } from "./markup.ts";

/** A label at a place along the ground, in percent of the width. */
export interface PlotTick {
  readonly x: number;
  readonly text: string;
}

export interface PlotFrame {
  /** For people who don't see the plot. */
  readonly label: string;
  /** Pixels. */
  readonly height: number;
  readonly bars: readonly PlotBar[];
  readonly ticks: readonly PlotTick[];
  /** Lines over the bars, ascending. */
  readonly marks?: readonly PlotTick[];
  /** What the highest bar stands for; left out where marks have labels. */
  readonly top?: string;
}

export interface PlotBar {
  /** Left edge and width of its place, percent of the width. */
  readonly x: number;
  readonly width: number;
  /** Share of the height, 0 to 1. */
  readonly share: number;
  readonly kind?: "value" | "bad";
  readonly label: string;
}

const HEAD = 15;
const FOOT = 17;

/** A plot as wide as its place: positions are percentages and heights pixels, so that letters keep their size. */
export function plotFrame({ label, height, bars, ticks, marks = [], top = "" }: PlotFrame): Markup {
  const ground = height - FOOT;
  const room = ground - HEAD;
  return html`<svg class="plot" role="img" aria-label="${label}" width="100%" height="${height}">
    <line class="grid" x1="0" x2="100%" y1="${HEAD}" y2="${HEAD}" />
    <line class="grid" x1="0" x2="100%" y1="${HEAD + room / 2}" y2="${HEAD + room / 2}" />
    ${bars.filter(({ share }) => share > 0).map((bar) => plotBar(bar, room, ground))}
    <line class="axis" x1="0" x2="100%" y1="${ground}" y2="${ground}" />
    ${marks.map(({ x }) => html`<line class="mark" x1="${percentText(x)}" x2="${percentText(x)}" y1="${HEAD}" y2="${ground}" />`)}
    ${apart(marks).map((mark) => plotText(mark, HEAD - 4))}
    ${top === "" ? null : plotText({ x: 0, text: top }, HEAD - 4)}
    ${ticks.map((tick) => plotText(tick, height - 4))}
  </svg>`;
}

function plotBar(
  { x, width, share, kind = "value", label }: PlotBar,
  room: number,
  ground: number,
): Markup {
  // What is there is seen.
  const tall = Math.max(2, Math.round(share * room));
  return html`<rect
    class="bar ${kind}"
    x="${percentText(x + width * 0.06)}"
    y="${ground - tall}"
    width="${percentText(width * 0.88)}"
    height="${tall}"
    ><title>${label}</title></rect
  >`;
}

function plotText({ x, text }: PlotTick, y: number): Markup {
  // Labels at the edges stay inside.
  const anchor = x < 8 ? "start" : x > 92 ? "end" : "middle";
  return html`<text class="${anchor}" x="${percentText(x)}" y="${y}">${text}</text>`;
}

/** Those whose labels don't run into the one before. */
function apart(ticks: readonly PlotTick[]): readonly PlotTick[] {
  const kept: PlotTick[] = [];
  for (const tick of ticks) {
    const last = kept.at(-1);
    if (last === undefined || tick.x - last.x >= 14) kept.push(tick);
  }
  return kept;
}

/** `12.5%`. */
function percentText(value: number): string {
  return `${Number(value.toFixed(2))}%`;
}
