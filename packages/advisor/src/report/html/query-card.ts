import { callSiteText } from "../call-site.ts";
import { formatUs, namesText, type ShownExample, shownExamples } from "../digest/digest-summary.ts";
import { durationBins } from "../digest/durations.ts";
import type { RankedShape } from "../digest/rank-shapes.ts";
import { resample, type SeriesFrame } from "../digest/resample.ts";
import { shareText } from "../summary.ts";
import { formatCount, formatDecimal, formatDuration, formatPlural } from "../units.ts";
import { durationPlot } from "./duration-plot.ts";
import { html, type Markup } from "./markup.ts";
import { codeBox, factList, planBox, shorten } from "./page-parts.ts";
import type { PageQuery } from "./page-query.ts";
import { findingBadges, statementLine } from "./query-table.ts";
import { callsPlot, loadPlot } from "./time-plot.ts";

const PLOT_HEIGHT = 130;

/** What cards need to know of the digest. */
export interface CardContext {
  /** Of all queries, so that their plots can be compared; `null`: there is no digest. */
  readonly frame: SeriesFrame | null;
  /** Whether examples and plans are shown, which hold data. */
  readonly showLiterals: boolean;
  /** How a reader gets to see them; empty: not from here. */
  readonly literalsHint: string;
}

/** All that is known of one query, folded; the anchor is inside, so that a link to it unfolds it. */
export function queryCard(query: PageQuery, context: CardContext): Markup {
  const { logged } = query;
  const time = query.totalUs === null ? "" : `${formatUs(query.totalUs)}, `;
  return html`<details class="card query">
    <summary>
      <code>${statementLine(query.text)}</code
      ><span class="soft small">${time}${formatPlural(query.calls, "call", "calls")}</span>
    </summary>
    <div class="body" id="${query.anchor}">
      ${query.findings.length === 0 ? null : html`<p>Findings: ${findingBadges(query)}</p>`}
      ${codeBox(query.text, "Statement")}
      ${factList([...loggedFacts(logged), ["Sent from", query.callSites.map(callSiteText).join(", ")], ["Fingerprint", query.fingerprint ?? ""]])}
      ${logged === null ? null : plots(logged, context)}
      ${logged === null ? null : literals(logged, context)}
    </div>
  </details> `;
}

function loggedFacts(logged: RankedShape | null): readonly (readonly [string, string])[] {
  if (logged === null) return [];
  const { shape, share, durations } = logged;
  return [
    ["Total time", durations === null ? "not in the logs" : formatUs(shape.totalUs)],
    ["Share of time", share === null || durations === null ? "" : shareText(share)],
    ["Calls", formatCount(shape.calls)],
    ["Errors", shape.errors === 0 ? "" : formatCount(shape.errors)],
    ...(durations === null
      ? []
      : ([
          ["Least", formatUs(durations.minUs)],
          ["Mean", formatUs(durations.meanUs)],
          ["p50", formatUs(durations.p50Us)],
          ["p95", formatUs(durations.p95Us)],
          ["p99", formatUs(durations.p99Us)],
          ["Greatest", formatUs(durations.maxUs)],
        ] as const)),
    [
      "Rows",
      shape.rows === 0
        ? ""
        : `${formatCount(shape.rows)}, ${formatDecimal(shape.rows / Math.max(1, shape.calls))} a call`,
    ],
    ["Rows examined", shape.rowsExamined === 0 ? "" : formatCount(shape.rowsExamined)],
    ["Waited for locks", shape.lockUs === 0 ? "" : formatUs(shape.lockUs)],
    ["Users", namesText(shape.users)],
    ["Databases", namesText(shape.databases)],
    ["Applications", namesText(shape.applications)],
    ["Id", shape.id],
    ["Query id", shape.queryId ?? ""],
  ];
}

function plots({ shape, durations }: RankedShape, { frame }: CardContext): Markup {
  const series = frame === null ? null : resample(shape.buckets, frame);
  const drawn = [
    ...(durations === null
      ? []
      : [
          figure(
            "durations",
            "Calls by duration (logarithmic)",
            durationPlot(durationBins(shape.histogram), durations, PLOT_HEIGHT),
          ),
        ]),
    ...(series === null || series.buckets.length < 2
      ? []
      : [
          durations === null
            ? figure(
                "load",
                `Calls per ${formatDuration(series.stepMs)}`,
                callsPlot(series, PLOT_HEIGHT),
              )
            : figure(
                "load",
                `Time per ${formatDuration(series.stepMs)}`,
                loadPlot(series, PLOT_HEIGHT),
              ),
        ]),
  ];
  return html`<div class="plots">${drawn}</div>`;
}

export function figure(kind: string, title: string, plot: Markup): Markup {
  return html`<figure class="${kind}">
    <figcaption>${title}</figcaption>
    ${plot}
  </figure>`;
}

/** Holds data. */
function literals(
  { shape }: RankedShape,
  { showLiterals, literalsHint }: CardContext,
): Markup | null {
  const { examples, plan } = shape;
  if (!showLiterals) {
    return literalsHint === "" || (examples.length === 0 && plan === null)
      ? null
      : html`<p class="soft small">${literalsHint}</p>`;
  }
  return html`${shownExamples(shape).map(exampleBlock)}${
    plan === null
      ? null
      : html`<h3>Plan of an execution of ${formatUs(plan.us)}</h3>
          ${planBox(plan.text.split(/\r?\n/), "Plan")}`
  }`;
}

function exampleBlock({ title, sql, parameters }: ShownExample): Markup {
  return html`<h3>Example: ${title}</h3>
    ${codeBox(sql, "Statement with values")}
    ${parameters === "" ? null : html`<p class="small"><code>${shorten(parameters)}</code></p>`}`;
}
