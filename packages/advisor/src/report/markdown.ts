import type { DdlChange } from "../engine.ts";
import type { Evidence, Finding, QueryImpact } from "../findings/finding.ts";
import { callSiteText } from "./call-site.ts";
import { cut } from "./columns.ts";
import { codeBlock, codeSpan, escapeHtml, escapeMarkdown } from "./markdown-escape.ts";
import { objectLabel } from "./object-label.ts";
import { oneLine } from "./printable.ts";
import type { Report, SelectionReport } from "./report.ts";
import {
  CONFIDENCE_WORDS,
  describeSeverities,
  effectParts,
  type FindingGroup,
  groupBy,
  groupFindings,
  limitText,
  NOT_ANALYZED_MEANS,
  planText,
  savingText,
  shareText,
  sharedGaps,
  storageText,
  summarize,
  WORSE_WORDS,
  workloadParts,
} from "./summary.ts";
import {
  formatBytes,
  formatCostChange,
  formatCount,
  formatDuration,
  formatPlural,
} from "./units.ts";

const MAX_QUERIES = 10;
const MAX_PLAN_LINES = 40;
const MAX_EXAMPLES = 10;
/** A cell's SQL is cut to this many columns. */
const SQL_WIDTH = 160;

/** For a pull request's comment or an issue: a summary, then one folded block for each finding. */
export function renderMarkdown(report: Report): string {
  const blocks = [
    [`## Database advice: ${escapeMarkdown(report.server.database)}`],
    summaryTable(report),
    ...(report.findings.length === 0
      ? [["No findings in what was analysed."]]
      : groupFindings(report.findings).map(findingBlock)),
    ...(report.selection === null
      ? []
      : [curveBlock(report.selection), worseBlock(report.selection)]),
    notAnalyzedBlock(report.notAnalyzed),
    report.notes.length === 0
      ? []
      : ["### Notes", "", ...report.notes.map((note) => `- ${escapeMarkdown(note)}`)],
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function summaryTable(report: Report): readonly string[] {
  const { server, planner } = report;
  const summary = summarize(report);
  const rows: readonly (readonly [string, string])[] = [
    ["Server", [`${server.product} ${server.version}`, ...server.nodes].join(", ")],
    [
      "Workload",
      workloadParts(report.workload)
        .filter((part) => part !== "")
        .join(", "),
    ],
    [
      "Planner",
      planner === null
        ? "none: no query was planned"
        : `${planner.name}, ${planText(planner.calls)}`,
    ],
    ["Findings", describeSeverities(summary)],
    ...(report.findings.length === 0
      ? []
      : ([
          ["Saves", savingText(summary.savedMsPerDay, report.workload)],
          ["Storage", storageText(summary)],
        ] as const)),
  ];
  return [
    "| | |",
    "|---|---|",
    ...rows.map(([name, value]) => `| ${name} | ${escapeMarkdown(value)} |`),
  ];
}

function findingBlock(group: FindingGroup): readonly string[] {
  const [finding, ...others] = group.findings;
  const { severity, code } = finding;
  const label =
    others.length === 0
      ? `<code>${escapeHtml(objectLabel(finding))}</code>`
      : formatPlural(group.findings.length, "object", "objects");
  return [
    "<details>",
    `<summary><b>${severity}</b> ${code} ${label}${others.length === 0 ? escapeHtml(effectSuffix(finding)) : ""}</summary>`,
    "",
    ...(others.length === 0 ? fullBlock(finding) : shortBlock(group.findings)),
    "",
    "</details>",
  ];
}

/** What a reader wants to know before unfolding: the saving and the size. */
function effectSuffix(finding: Finding): string {
  const [, ...effects] = effectParts(finding);
  return effects.length === 0 ? "" : `: ${effects.join(", ")}`;
}

function fullBlock(finding: Finding): readonly string[] {
  const { ddl, queries } = finding;
  const [confidence = ""] = effectParts(finding);
  return [
    escapeMarkdown(finding.message),
    "",
    escapeMarkdown(confidence),
    ...(ddl === null ? [] : ["", ...changeBlock(ddl)]),
    ...(ddl?.later === undefined
      ? []
      : ["", `Then, ${escapeMarkdown(ddl.later.when)}:`, "", ...changeBlock(ddl.later)]),
    ...queriesBlock(queries),
    ...evidenceList(finding.evidence),
  ];
}

function changeBlock({ apply, undo }: Pick<DdlChange, "apply" | "undo">): readonly string[] {
  return [...codeBlock(apply, "sql"), "", "Undo:", "", ...codeBlock(undo, "sql")];
}

function shortBlock(findings: readonly Finding[]): readonly string[] {
  return [
    ...findings.map((finding) => {
      const size = finding.bytes === null ? "" : ` ${formatBytes(Math.abs(finding.bytes))}`;
      return `- ${codeSpan(objectLabel(finding), { cell: false })}${size}`;
    }),
    "",
    `${CONFIDENCE_WORDS["insufficient-evidence"]}: nothing is advised for these yet`,
    ...evidenceList(sharedGaps(findings)),
  ];
}

/** A table of queries, their texts in other words, and the plans of the first one; a blank line before each. */
export function queriesBlock(queries: readonly QueryImpact[]): readonly string[] {
  return [...queryTable(queries), ...rewriteBlock(queries), ...planBlock(queries)];
}

function queryTable(queries: readonly QueryImpact[]): readonly string[] {
  if (queries.length === 0) return [];
  const rows = queries.slice(0, MAX_QUERIES).map((query) => {
    const time = query.totalMs === undefined ? "unknown" : formatDuration(query.totalMs);
    const cost = formatCostChange(query.costBefore, query.costAfter);
    return `| ${formatCount(query.calls)} | ${time} | ${cost} | ${queryCell(query)} |`;
  });
  const more = queries.length - rows.length;
  return [
    "",
    "| Calls | Time | Cost | Query |",
    "|---:|---:|---|---|",
    ...rows,
    ...(more > 0 ? ["", `and ${formatPlural(more, "query", "queries")} more`] : []),
  ];
}

/** The text, and below it the lines of code that send it. */
function queryCell({ sql, callSites }: Pick<QueryImpact, "sql" | "callSites">): string {
  return [cut(oneLine(sql), SQL_WIDTH), ...callSites.map(callSiteText)]
    .map((text) => codeSpan(text, { cell: true }))
    .join("<br>");
}

function rewriteBlock(queries: readonly QueryImpact[]): readonly string[] {
  const rewrites = queries.slice(0, MAX_QUERIES).flatMap(({ rewrite }) => rewrite ?? []);
  return rewrites.length === 0 ? [] : ["", "Rewritten:", "", ...codeBlock(rewrites, "sql")];
}

function planBlock([query, ...others]: readonly QueryImpact[]): readonly string[] {
  if (query === undefined) return [];
  const of = others.length === 0 ? "" : " of the first query";
  const plans = [
    [`Plan${of} before:`, query.planBefore],
    [`Plan${of} after:`, query.planAfter],
  ] as const;
  return plans.flatMap(([title, plan]) => {
    if (plan.length === 0) return [];
    const more = plan.length - MAX_PLAN_LINES;
    const lines =
      more > 0
        ? [...plan.slice(0, MAX_PLAN_LINES), `and ${formatPlural(more, "line", "lines")} more`]
        : plan;
    return ["", title, "", ...codeBlock(lines, "text")];
  });
}

const VERDICTS = { for: "✓", against: "✗", unknown: "?" } as const;

/** One item for each question that was asked, with a blank line before the first. */
export function evidenceList(evidence: readonly Evidence[]): readonly string[] {
  if (evidence.length === 0) return [];
  const lines = evidence.map(
    ({ check, verdict, detail }) =>
      `- ${VERDICTS[verdict]} ${escapeMarkdown(check)}: ${escapeMarkdown(detail)}`,
  );
  return ["", ...lines];
}

function curveBlock(selection: SelectionReport): readonly string[] {
  if (selection.curve.length < 2) return [];
  const limits = limitText(selection);
  return [
    "### Cost against storage",
    "",
    `Advised: ${shareText(selection.cost)} of today's cost${limits === "" ? "" : ` (${limits})`}.`,
    "",
    "| New indexes | Storage | Workload cost | Knee |",
    "|---:|---:|---:|---|",
    ...selection.curve.map(
      ({ bytes, cost, indexes, knee }) =>
        `| ${formatCount(indexes.length)} | ${formatBytes(bytes)} | ${shareText(cost)} | ${knee ? "here" : ""} |`,
    ),
  ];
}

function worseBlock({ worse }: SelectionReport): readonly string[] {
  if (worse.length === 0) return [];
  const more = worse.length - MAX_QUERIES;
  return [
    "### Queries that cost more with the advised indexes",
    "",
    "| Calls | Share of cost | Cost and why | Query |",
    "|---:|---:|---|---|",
    ...worse
      .slice(0, MAX_QUERIES)
      .map(
        (query) =>
          `| ${formatCount(query.calls)} | ${shareText(query.share)} | ${formatCostChange(query.costBefore, query.costAfter)}: ${WORSE_WORDS[query.cause]} | ${queryCell(query)} |`,
      ),
    ...(more > 0 ? ["", `and ${formatPlural(more, "query", "queries")} more`] : []),
  ];
}

function notAnalyzedBlock({ objects, queries }: Report["notAnalyzed"]): readonly string[] {
  if (objects.length === 0 && queries.length === 0) return [];
  const calls = queries.reduce((sum, query) => sum + query.calls, 0);
  const counts = [
    ...(objects.length > 0 ? [formatPlural(objects.length, "object", "objects")] : []),
    ...(queries.length > 0
      ? [
          `${formatPlural(queries.length, "query", "queries")} with ${formatPlural(calls, "call", "calls")}`,
        ]
      : []),
  ];
  return [
    `### Not analysed: ${counts.join(", ")}`,
    "",
    NOT_ANALYZED_MEANS,
    "",
    ...groupBy(objects, (gap) => gap.reason).flatMap(([reason, group]) =>
      reasonItems(
        reason,
        group.map((gap) => gap.object),
      ),
    ),
    ...groupBy(queries, (query) => query.reason).flatMap(([reason, group]) =>
      reasonItems(
        reason,
        group.map((query) => query.sql),
      ),
    ),
  ];
}

function reasonItems(reason: string, texts: readonly string[]): readonly string[] {
  const shown = texts
    .slice(0, MAX_EXAMPLES)
    .map((text) => `  - ${codeSpan(cut(oneLine(text), SQL_WIDTH), { cell: false })}`);
  const more = texts.length - shown.length;
  return [
    `- ${escapeMarkdown(reason)}`,
    ...shown,
    ...(more > 0 ? [`  - and ${formatCount(more)} more`] : []),
  ];
}
