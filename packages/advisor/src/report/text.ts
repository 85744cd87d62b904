import { cut, joinParts, padEnd, wrap } from "./columns.ts";
import { noteLines } from "./note-lines.ts";
import { createPage, type Page } from "./page.ts";
import { oneLine } from "./printable.ts";
import type { Report, SelectionReport } from "./report.ts";
import {
  describeSeverities,
  groupBy,
  groupFindings,
  limitText,
  NOT_ANALYZED_MEANS,
  planText,
  savingText,
  shareText,
  storageText,
  summarize,
  WORSE_WORDS,
  workloadParts,
} from "./summary.ts";
import { callSiteLines, findingLines } from "./text-finding.ts";
import {
  formatBytes,
  formatCostChange,
  formatCount,
  formatDuration,
  formatPlural,
} from "./units.ts";

export interface TextOptions {
  readonly color: boolean;
  /** Columns of the terminal. Lines are kept within it, from 40 up to 120; only names and DDL may be longer. */
  readonly width: number;
}

/** For a terminal and a person who knows databases: the summary, the findings, what is unknown. */
export function renderText(report: Report, options: TextOptions): string {
  const page = createPage(options);
  const groups = groupFindings(report.findings);
  const blocks = [
    summaryLines(report, page),
    ...groups.map((group) => findingLines(group, page)),
    ...(groups.length === 0 ? [["No findings in what was analysed."]] : []),
    ...(report.selection === null
      ? []
      : [curveLines(report.selection, page), worseLines(report.selection, page)]),
    notAnalyzedLines(report.notAnalyzed, page),
    noteLines(report.notes, page),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

const LABEL_WIDTH = 10;

function summaryLines(report: Report, page: Page): readonly string[] {
  return summaryRows(report).flatMap(([name, parts]) =>
    wrap(joinParts(parts.map(oneLine)), page.width - LABEL_WIDTH).map(
      (line, index) => page.dim(padEnd(index === 0 ? name : "", LABEL_WIDTH)) + line,
    ),
  );
}

function summaryRows(
  report: Report,
): readonly (readonly [name: string, parts: readonly string[]])[] {
  const { server, workload, planner } = report;
  const summary = summarize(report);
  return [
    ["Database", [server.database, `${server.product} ${server.version}`, ...server.nodes]],
    ["Workload", workloadParts(workload)],
    [
      "Planner",
      planner === null ? ["none: no query was planned"] : [planner.name, planText(planner.calls)],
    ],
    ["Findings", [describeSeverities(summary)]],
    ...(report.findings.length === 0
      ? []
      : ([
          ["Saves", [savingText(summary.savedMsPerDay, report.workload)]],
          ["Storage", [storageText(summary)]],
        ] as const)),
  ];
}

/** Cost against storage: a reader picks a budget where the next step saves little. */
function curveLines(selection: SelectionReport, page: Page): readonly string[] {
  if (selection.curve.length < 2) return [];
  const limits = limitText(selection);
  const means = `Least cost of the workload for the bytes of new indexes; advised: ${shareText(selection.cost)} of today's${limits === "" ? "" : ` (${limits})`}. After the knee, more bytes save little.`;
  return [
    page.bold("Cost against storage"),
    ...wrap(means, page.width - 2).map((line) => page.dim(`  ${line}`)),
    ...selection.curve.map(({ bytes, cost, indexes, knee }) => {
      const count = formatPlural(indexes.length, "index", "indexes");
      const row = `  ${padEnd(formatBytes(bytes), 10)} ${padEnd(shareText(cost), 8)} ${count}`;
      return knee ? `${row}, knee` : row;
    }),
  ];
}

function worseLines({ worse }: SelectionReport, page: Page): readonly string[] {
  if (worse.length === 0) return [];
  const shown = worse
    .slice(0, MAX_WORSE)
    .flatMap((query) => [
      ...wrap(
        `${WORSE_WORDS[query.cause]}: ${formatCostChange(query.costBefore, query.costAfter)}, ${formatPlural(query.calls, "call", "calls")}, ${shareText(query.share)} of the workload's cost`,
        page.width - 4,
      ).map((line, index) => (index === 0 ? "  " : "    ") + line),
      `    ${page.dim(cut(oneLine(query.sql), page.width - 4))}`,
      ...callSiteLines(query.callSites, page).map((line) => `    ${line}`),
    ]);
  const more = worse.length - MAX_WORSE;
  return [
    page.bold("Queries that cost more"),
    ...shown,
    ...(more > 0 ? [`  ${page.dim(`and ${formatCount(more)} more`)}`] : []),
  ];
}

const MAX_WORSE = 5;
const MAX_EXAMPLES = 3;

function notAnalyzedLines(
  { objects, queries }: Report["notAnalyzed"],
  page: Page,
): readonly string[] {
  if (objects.length === 0 && queries.length === 0) return [];
  const lines = [
    page.bold("Not analysed"),
    ...wrap(NOT_ANALYZED_MEANS, page.width - 2).map((line) => page.dim(`  ${line}`)),
  ];
  for (const [reason, group] of groupBy(objects, (gap) => gap.reason)) {
    lines.push(...reasonLines(reason, formatPlural(group.length, "object", "objects"), page));
    lines.push(
      ...examples(
        group.map((gap) => gap.object),
        page,
      ),
    );
  }
  for (const [reason, group] of groupBy(queries, (query) => query.reason)) {
    const calls = group.reduce((sum, query) => sum + query.calls, 0);
    const times = group.flatMap((query) => query.totalMs ?? []);
    const time =
      times.length === 0 ? "" : `, ${formatDuration(times.reduce((sum, ms) => sum + ms, 0))}`;
    const size = `${formatPlural(group.length, "query", "queries")}, ${formatPlural(calls, "call", "calls")}${time}`;
    lines.push(...reasonLines(reason, size, page));
    lines.push(
      ...examples(
        group.map((query) => query.sql),
        page,
      ),
    );
  }
  return lines;
}

function reasonLines(reason: string, size: string, page: Page): readonly string[] {
  return wrap(`${oneLine(reason)} (${size})`, page.width - 4).map(
    (line, index) => (index === 0 ? "  " : "    ") + line,
  );
}

function examples(texts: readonly string[], page: Page): readonly string[] {
  const shown = texts
    .slice(0, MAX_EXAMPLES)
    .map((text) => `    ${page.dim(cut(oneLine(text), page.width - 4))}`);
  const more = texts.length - shown.length;
  return more > 0 ? [...shown, `    ${page.dim(`and ${formatCount(more)} more`)}`] : shown;
}
