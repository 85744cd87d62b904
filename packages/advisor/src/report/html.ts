import { spanParts } from "./digest/digest-summary.ts";
import {
  digestFrame,
  digestTiles,
  failureSections,
  loadPlots,
  restNotes,
  sourceSection,
  unreadAlert,
} from "./html/digest-sections.ts";
import { findingAnchor, findingCard } from "./html/finding-card.ts";
import { htmlPage, type PageSection } from "./html/html-page.ts";
import { indexMap, type NumberedFinding } from "./html/index-map.ts";
import { html } from "./html/markup.ts";
import { type Tile, tiles } from "./html/page-parts.ts";
import {
  concernedQueries,
  type FindingLink,
  pageQueries,
  type QueryLinks,
  shownShapes,
} from "./html/page-query.ts";
import { querySections } from "./html/query-sections.ts";
import { selectionSections, unknownSections } from "./html/report-sections.ts";
import { objectLabel } from "./object-label.ts";
import type { Report } from "./report.ts";
import {
  describeSeverities,
  groupFindings,
  planText,
  savingText,
  summarize,
  workloadParts,
} from "./summary.ts";
import { formatBytes } from "./units.ts";

/** Logged shapes for each order that the table of queries can have. */
const SHAPES = 20;

/** One file for a browser: the findings, what they rest on, the indexes of each table, and the queries with their load. */
export function renderHtml(report: Report): string {
  const { server, planner, digest } = report;
  const groups = groupFindings(report.findings);
  const numbered = groups.flatMap(({ findings, numbers }) =>
    findings.map((finding, index): NumberedFinding => ({ finding, number: numbers[index] ?? 0 })),
  );
  const concerned = new Set(concernedQueries(report).map(({ fingerprint }) => fingerprint));
  const shapes = digest === undefined ? [] : shownShapes(digest, SHAPES, concerned);
  const shown = new Set(shapes.map(({ shape }) => shape.id));
  const queries = pageQueries(shapes, report, linksOf(numbered));
  // Of several texts with one fingerprint the greatest is the first.
  const anchors = new Map(
    queries
      .toReversed()
      .flatMap(({ fingerprint, anchor }) => (fingerprint === null ? [] : [[fingerprint, anchor]])),
  );
  const map = indexMap(report.tables, numbered);
  return htmlPage({
    title: `Database advice: ${server.database}`,
    subtitle: [
      [`${server.product} ${server.version}`, ...server.nodes].join(" · "),
      planner === null
        ? "No query was planned"
        : `Planned by ${planner.name}, ${planText(planner.calls)}`,
      workloadParts(report.workload)
        .filter((part) => part !== "")
        .join(" · "),
      ...(digest === undefined ? [] : [`Logs: ${spanParts(digest).join(" · ")}`]),
    ],
    head: html`${digest === undefined ? null : unreadAlert(digest)} ${tiles(reportTiles(report))}`,
    sections: [
      {
        id: "findings",
        title: "Findings",
        content:
          groups.length === 0
            ? html`<p>No findings in what was analysed.</p>`
            : html`${groups.map((group) => findingCard(group, anchors))}`,
      },
      ...(digest === undefined
        ? []
        : [
            {
              id: "load",
              title: "Load in the logs",
              content: html`${tiles(digestTiles(digest))}${loadPlots(digest)}`,
            },
          ]),
      ...querySections(
        queries,
        {
          frame: digest === undefined ? null : digestFrame(digest),
          showLiterals: false,
          literalsHint: "",
        },
        digest === undefined ? [] : restNotes(digest, shown),
      ),
      ...(map === null ? [] : [{ id: "indexes", title: "Indexes by table", content: map }]),
      ...selectionSections(report.selection, anchors),
      ...(digest === undefined ? [] : failureSections(digest, shown)),
      ...unknownSections(report),
      ...(digest === undefined ? [] : [sourceSection(digest)]),
    ] satisfies readonly PageSection[],
    footer: `Analysed ${report.analyzedAt}, of a snapshot taken ${server.capturedAt}.`,
  });
}

function linksOf(numbered: readonly NumberedFinding[]): QueryLinks {
  const links = new Map<string, FindingLink[]>();
  for (const { finding, number } of numbered) {
    const link = { anchor: findingAnchor(number), code: finding.code, label: objectLabel(finding) };
    for (const { fingerprint } of finding.queries)
      links.set(fingerprint, [...(links.get(fingerprint) ?? []), link]);
  }
  return links;
}

function reportTiles(report: Report): readonly Tile[] {
  const summary = summarize(report);
  const [findings = "", ...severities] = describeSeverities(summary).split(" ");
  return [
    {
      name: "Findings",
      value: findings,
      detail: severities.join(" ").replace(/[()]/g, ""),
      bad: summary.severities.error > 0,
    },
    ...(report.findings.length === 0
      ? []
      : [
          { name: "Saves", ...splitSaving(savingText(summary.savedMsPerDay, report.workload)) },
          {
            name: "Storage",
            value: storageValue(summary.bytesAdded - summary.bytesFreed),
            detail: `${formatBytes(summary.bytesAdded)} added, ${formatBytes(summary.bytesFreed)} freed`,
          },
        ]),
  ];
}

function storageValue(bytes: number): string {
  if (bytes === 0) return "unchanged";
  return bytes > 0 ? `${formatBytes(bytes)} more` : `${formatBytes(-bytes)} less`;
}

/** `20.3 min per day, by estimated cost: 74 % ...` as a number and what it means. */
function splitSaving(text: string): Pick<Tile, "value" | "detail"> {
  const place = text.search(/[,:] /);
  return place < 0
    ? { value: text }
    : { value: text.slice(0, place), detail: text.slice(place + 2) };
}
