import type { DdlChange } from "../engine.ts";
import type { Evidence, Finding, QueryImpact, Severity } from "../findings/finding.ts";
import type { CallSite } from "../log/query-event.ts";
import { callSiteText } from "./call-site.ts";
import { cut, joinParts, padEnd, textWidth, wrap } from "./columns.ts";
import { objectLabel } from "./object-label.ts";
import type { Page, Style } from "./page.ts";
import { oneLine, safeLines } from "./printable.ts";
import { CONFIDENCE_WORDS, effectParts, type FindingGroup, sharedGaps } from "./summary.ts";
import { formatBytes, formatCostChange, formatDuration, formatPlural } from "./units.ts";

const MAX_QUERIES = 5;
const MAX_PLAN_LINES = 20;
const MIN_DETAIL_WIDTH = 24;
const INDENT = "   ";

/** One finding in full, or a group without evidence in short. */
export function findingLines(group: FindingGroup, page: Page): readonly string[] {
  const [finding, ...others] = group.findings;
  const lines = others.length === 0 ? fullLines(finding, page) : shortLines(group.findings, page);
  return [headLine(group, page), ...lines.map((line) => (line === "" ? "" : INDENT + line))];
}

/** `── 3  warning  duplicate-index ─────`. */
function headLine({ numbers, code, findings: [finding] }: FindingGroup, page: Page): string {
  const number = numbers.length === 1 ? `${numbers[0]}` : `${numbers[0]}-${numbers.at(-1)}`;
  const rule = "─".repeat(
    Math.max(3, page.width - `── ${number}  ${finding.severity}  ${code} `.length),
  );
  const severity = severityStyle(finding.severity, page)(finding.severity);
  return `${page.dim("──")} ${number}  ${severity}  ${page.bold(code)} ${page.dim(rule)}`;
}

function fullLines(finding: Finding, page: Page): readonly string[] {
  const width = page.width - INDENT.length;
  return [
    ...wrap(objectLabel(finding), width).map(page.bold),
    ...wrap(oneLine(finding.message), width),
    ...wrap(joinParts(effectParts(finding).map(oneLine)), width).map(page.dim),
    ...spaced(ddlLines(finding, page)),
    ...queriesLines(finding.queries, page),
    ...spaced(ledgerLines(finding.evidence, width, page)),
  ];
}

/** Whole statements, never wrapped or cut: they are there to be copied. */
function ddlLines({ ddl }: Finding, page: Page): readonly string[] {
  if (ddl === null) return [];
  const { later } = ddl;
  return [
    ...changeLines(ddl, page),
    ...(later === undefined
      ? []
      : [...wrap(`Then, ${oneLine(later.when)}:`, page.width), ...changeLines(later, page)]),
  ];
}

function changeLines(
  { apply, undo }: Pick<DdlChange, "apply" | "undo">,
  page: Page,
): readonly string[] {
  return [
    ...apply.flatMap(safeLines).map(page.cyan),
    ...undo
      .flatMap(safeLines)
      .map((line, index) => page.dim(`${index === 0 ? "undo: " : "      "}${line}`)),
  ];
}

/** Queries with their calls and costs, their texts in other words, and the plans of the first one; a blank line before each. */
export function queriesLines(queries: readonly QueryImpact[], page: Page): readonly string[] {
  return [
    ...spaced(queries.slice(0, MAX_QUERIES).flatMap((query) => queryLines(query, page))),
    ...moreQueries(queries.slice(MAX_QUERIES), page),
    ...spaced(rewriteLines(queries, page)),
    ...spaced(planLines(queries, page)),
  ];
}

function queryLines(query: QueryImpact, page: Page): readonly string[] {
  const time = query.totalMs === undefined ? "" : ` · ${formatDuration(query.totalMs)}`;
  const numbers = `${formatPlural(query.calls, "call", "calls")}${time}`;
  const cost = `cost ${formatCostChange(query.costBefore, query.costAfter)}`;
  const fits = textWidth(`${numbers} · ${cost}`) <= page.width - INDENT.length - 2;
  const sql = cut(oneLine(query.sql), page.width - INDENT.length);
  const styledCost = costStyle(query, page)(cost);
  return [
    sql,
    ...(fits
      ? [`  ${page.dim(`${numbers} ·`)} ${styledCost}`]
      : [`  ${page.dim(numbers)}`, `  ${styledCost}`]),
    ...callSiteLines(query.callSites, page),
  ];
}

/** Whole, so that a terminal can open them. */
export function callSiteLines(sites: readonly CallSite[], page: Page): readonly string[] {
  return sites.map((site) => `  ${page.cyan(oneLine(callSiteText(site)))}`);
}

/** Whole, as they are there to be copied: on lines of their own, never cut. */
function rewriteLines(queries: readonly QueryImpact[], page: Page): readonly string[] {
  const rewrites = queries.slice(0, MAX_QUERIES).flatMap(({ rewrite }) => rewrite ?? []);
  if (rewrites.length === 0) return [];
  const lines = rewrites.flatMap(safeLines).map((line) => `  ${page.cyan(line)}`);
  return [page.dim("rewritten"), ...lines];
}

function moreQueries(queries: readonly QueryImpact[], page: Page): readonly string[] {
  if (queries.length === 0) return [];
  const calls = queries.reduce((sum, query) => sum + query.calls, 0);
  return [
    page.dim(
      `and ${formatPlural(queries.length, "query", "queries")} more with ${formatPlural(calls, "call", "calls")}`,
    ),
  ];
}

/** Plans of the first query, which the finding holds to be the weightiest. */
function planLines([query, ...others]: readonly QueryImpact[], page: Page): readonly string[] {
  if (query === undefined) return [];
  const of = others.length === 0 ? "" : " of the first query";
  return [
    ...onePlan(`plan${of} before`, query.planBefore, page),
    ...onePlan(`plan${of} after`, query.planAfter, page),
  ];
}

function onePlan(title: string, plan: readonly string[], page: Page): readonly string[] {
  if (plan.length === 0) return [];
  const lines = plan.flatMap(safeLines);
  const shown = lines
    .slice(0, MAX_PLAN_LINES)
    .map((line) => `  ${cut(line, page.width - INDENT.length - 2)}`);
  const more = lines.length - shown.length;
  return [
    page.dim(title),
    ...shown,
    ...(more > 0 ? [`  ${page.dim(`and ${formatPlural(more, "line", "lines")} more`)}`] : []),
  ];
}

const VERDICTS = { for: "✓", against: "✗", unknown: "?" } as const;

/** `✓ constraint  implements no constraint`, the details below one another where there is room. */
export function ledgerLines(
  ledger: readonly Evidence[],
  width: number,
  page: Page,
): readonly string[] {
  const styles = { for: page.green, against: page.red, unknown: page.yellow };
  const nameWidth = Math.max(0, ...ledger.map(({ check }) => textWidth(oneLine(check)))) + 2;
  const aligned = width - nameWidth - 2 >= MIN_DETAIL_WIDTH;
  return ledger.flatMap(({ check, verdict, detail }) => {
    const name = oneLine(check);
    const lines = aligned
      ? wrap(oneLine(detail), width - nameWidth - 2).map(
          (line, index) => padEnd(index === 0 ? name : "", nameWidth) + line,
        )
      : wrap(`${name}: ${oneLine(detail)}`, width - 2);
    return lines.map(
      (line, index) => `${index === 0 ? styles[verdict](VERDICTS[verdict]) : " "} ${line}`,
    );
  });
}

/** One line for each object, then what is missing, each gap once. */
function shortLines(findings: FindingGroup["findings"], page: Page): readonly string[] {
  const width = page.width - INDENT.length;
  const labels = findings.map(objectLabel);
  const sizes = findings.map(({ bytes }) => (bytes === null ? "" : formatBytes(Math.abs(bytes))));
  const labelWidth = Math.max(...labels.map(textWidth));
  const fits = labelWidth + 2 + Math.max(...sizes.map(textWidth)) <= width;
  return [
    ...labels.flatMap((label, row) => {
      const size = sizes[row] ?? "";
      return fits
        ? [`${page.bold(padEnd(label, labelWidth))}  ${size}`.trimEnd()]
        : [...wrap(label, width).map(page.bold), size];
    }),
    ...wrap(
      `${CONFIDENCE_WORDS["insufficient-evidence"]}: nothing is advised for these yet`,
      width,
    ).map(page.dim),
    ...spaced(ledgerLines(sharedGaps(findings), width, page)),
  ];
}

/** With a blank line before, where there are any. */
export function spaced(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", ...lines];
}

export function severityStyle(severity: Severity, page: Page): Style {
  return { info: page.dim, warning: page.yellow, error: page.red }[severity];
}

function costStyle({ costBefore, costAfter }: QueryImpact, page: Page): Style {
  if (costAfter > costBefore) return page.red;
  return costAfter < costBefore ? page.green : page.dim;
}
