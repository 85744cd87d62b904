import type { Digest, FailureClass, TimeBucket } from "../../digest/digest.ts";
import { dateTimeText } from "../clock-time.ts";
import {
  ALARMING,
  damagedSources,
  eventTexts,
  formatUs,
  OTHER_MEANS,
  restText,
  unreadOfText,
  noStatementsText,
  unreadText,
} from "../digest/digest-summary.ts";
import { shapeCount, sumShapes, totalCounts } from "../digest/rank-shapes.ts";
import { resample, type SeriesFrame } from "../digest/resample.ts";
import { formatBytes, formatCount, formatDuration } from "../units.ts";
import type { PageSection } from "./html-page.ts";
import { html, type Markup } from "./markup.ts";
import { anchor, shorten, type Tile } from "./page-parts.ts";
import { figure } from "./query-card.ts";
import { callsPlot, errorsPlot, loadPlot } from "./time-plot.ts";

const PLOT_HEIGHT = 170;
/** Bars of a plot: thinner ones can't be hit with a finger. */
const MOST_BARS = 84;

/** One frame for all plots of a digest. */
export function digestFrame({ timeline, bucketMs }: Digest): SeriesFrame {
  return { span: timeline, bucketMs, most: MOST_BARS };
}

/** What could not be read, so that nobody takes the numbers for the whole. */
export function unreadAlert(digest: Digest): Markup | null {
  const text = unreadText(digest);
  const why = noStatementsText(digest);
  if (text === "") return why === "" ? null : html`<div class="alert" role="alert">${why}</div>`;
  const damaged = damagedSources(digest);
  return html`<div class="alert" role="alert">
    <strong>Unread:</strong> ${text}.${
      damaged.length < 2 && digest.sources.length < 2
        ? null
        : html`<ul>
            ${damaged.map(({ name, unread }) => html`<li>${name}: ${unreadOfText(unread)}</li>`)}
          </ul>`
    }
  </div>`;
}

export function digestTiles(digest: Digest): readonly Tile[] {
  const { calls, errors, timedCalls, totalUs } = totalCounts(digest);
  const span = digest.first === null || digest.last === null ? null : digest.last - digest.first;
  return [
    {
      name: "Time in queries",
      value: timedCalls === 0 ? "unknown" : formatUs(totalUs),
      ...(timedCalls === 0 || span === null || span === 0
        ? {}
        : { detail: `${(totalUs / 1000 / span).toFixed(2)} sessions busy on average` }),
    },
    { name: "Calls", value: formatCount(calls) },
    { name: "Query shapes", value: formatCount(shapeCount(digest)) },
    { name: "Failed statements", value: formatCount(errors), bad: errors > 0 },
    ...digest.events
      .filter(({ kind }) => kind !== "connection" && kind !== "disconnection")
      .map((event): Tile => {
        const [count, amounts] = eventTexts(event);
        const [number = "", ...name] = count.split(" ");
        const title = name.join(" ");
        return {
          name: title.charAt(0).toUpperCase() + title.slice(1),
          value: number,
          detail: amounts,
          bad: ALARMING.has(event.kind),
        };
      }),
  ];
}

/** Time, calls and errors over time; `null` where the logs have no times, or only one. */
export function loadPlots(digest: Digest): Markup | null {
  const series = resample(digest.timeline, digestFrame(digest));
  if (series === null || series.buckets.length < 2) return null;
  const per = formatDuration(series.stepMs);
  const has = (valueOf: (bucket: TimeBucket) => number): boolean =>
    series.buckets.some((bucket) => valueOf(bucket) > 0);
  return html`<div class="panel">
    <div class="plots">
      ${
        has(({ totalUs }) => totalUs)
          ? figure("load", `Time in queries per ${per}`, loadPlot(series, PLOT_HEIGHT))
          : null
      }
      ${figure("calls", `Calls per ${per}`, callsPlot(series, PLOT_HEIGHT))}
      ${
        has(({ errors }) => errors)
          ? figure("errors", `Failed statements per ${per}`, errorsPlot(series, PLOT_HEIGHT))
          : null
      }
    </div>
  </div>`;
}

/** What the table leaves out, so that its numbers add up. */
export function restNotes(digest: Digest, shown: ReadonlySet<string>): readonly string[] {
  const { totalUs } = totalCounts(digest);
  const hidden = sumShapes(digest.shapes.filter(({ id }) => !shown.has(id)));
  return [
    ...(hidden === null ? [] : [`Not shown: ${restText(hidden, totalUs)}.`]),
    ...(digest.other === null
      ? []
      : [`Other: ${restText(digest.other, totalUs)}; ${OTHER_MEANS}.`]),
  ];
}

/** `shown`: ids of the shapes that the page has. */
export function failureSections(
  digest: Digest,
  shown: ReadonlySet<string>,
): readonly PageSection[] {
  if (digest.failures.length === 0) return [];
  return [
    {
      id: "errors",
      title: "Errors",
      content: html`<div class="panel">
        <table class="stack">
          <thead>
            <tr>
              <th scope="col">Message</th>
              <th scope="col" class="num">Count</th>
              <th scope="col">First</th>
              <th scope="col">Last</th>
              <th scope="col">Queries</th>
            </tr>
          </thead>
          <tbody>
            ${digest.failures.map((failure) => failureRow(failure, shown))}
          </tbody>
        </table>
      </div>`,
    },
  ];
}

function failureRow(failure: FailureClass, shown: ReadonlySet<string>): Markup {
  const { severity, code, message, count, first, last } = failure;
  const links = failure.shapes
    .filter(({ id }) => shown.has(id))
    .map(
      (shape) =>
        html`<a href="#${anchor("q", shape.id)}">${shape.id.slice(0, 16)}</a>
          (${formatCount(shape.count)}) `,
    );
  return html`<tr>
    <td class="full">
      <span class="badge ${severity}">${severity}${code === "" ? "" : ` ${code}`}</span>
      ${shorten(message)}
    </td>
    <td class="num" data-label="Count">${formatCount(count)}</td>
    ${timeCell("First", first)}${timeCell("Last", last)}
    <td class="${links.length === 0 ? "empty" : ""}" data-label="Queries">${links}</td>
  </tr> `;
}

function timeCell(title: string, at: number | null): Markup {
  return html`<td class="${at === null ? "empty" : ""}" data-label="${title}">
    ${at === null ? null : dateTimeText(at)}
  </td>`;
}

export function sourceSection({ sources }: Digest): PageSection {
  return {
    id: "sources",
    title: "What was read",
    content: html`<div class="panel">
      <table class="stack">
        <thead>
          <tr>
            <th scope="col">File</th>
            <th scope="col">Format</th>
            <th scope="col" class="num">Bytes</th>
            <th scope="col" class="num">Records</th>
            <th scope="col" class="num">Unread lines</th>
          </tr>
        </thead>
        <tbody>
          ${sources.map(
            ({ name, format, bytes, records, unread }) =>
              html`<tr>
                <td class="full">${name}</td>
                <td data-label="Format">${format ?? "empty"}</td>
                <td class="num" data-label="Bytes">${formatBytes(bytes)}</td>
                <td class="num" data-label="Records">${formatCount(records)}</td>
                <td class="${unread.lines > 0 ? "num bad-text" : "num"}" data-label="Unread lines">
                  ${formatCount(unread.lines)}
                </td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>`,
  };
}
