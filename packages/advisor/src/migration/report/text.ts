import { cut, joinParts, padEnd, wrap } from "../../report/columns.ts";
import { noteLines } from "../../report/note-lines.ts";
import { objectLabel } from "../../report/object-label.ts";
import { createPage, type Page } from "../../report/page.ts";
import { oneLine, printable, safeLines } from "../../report/printable.ts";
import { ledgerLines, queriesLines, severityStyle, spaced } from "../../report/text-finding.ts";
import { formatCount } from "../../report/units.ts";
import type { CheckProblem, CheckReport } from "../check-report.ts";
import type { MigrationFinding } from "../migration-finding.ts";
import {
  BASIS_WORDS,
  type CheckRenderOptions,
  nothingFound,
  type PlaceList,
  placeLists,
  placeText,
  summaryRows,
} from "./check-summary.ts";

const LABEL_WIDTH = 10;
const INDENT = "   ";
/** Statements without analysis, and silenced findings, that are listed one by one. */
const MAX_LISTED = 20;

/** For a terminal: the summary, problems, findings, what was not analysed, what was silenced. */
export function renderCheckText(report: CheckReport, options: CheckRenderOptions): string {
  const page = createPage(options);
  const blocks = [
    summaryLines(report, page),
    ...report.problems.map((problem) => problemLines(problem, page)),
    ...report.findings.map((finding, index) => findingLines(finding, index + 1, page)),
    ...(report.findings.length === 0 ? [wrap(nothingFound(report), page.width)] : []),
    ...placeLists(report).map((list) => listLines(list, page)),
    noteLines(report.notes, page),
  ];
  return `${blocks
    .filter((block) => block.length > 0)
    .map((block) => block.join("\n"))
    .join("\n\n")}\n`;
}

function summaryLines(report: CheckReport, page: Page): readonly string[] {
  return summaryRows(report).flatMap(([name, parts]) =>
    wrap(joinParts(parts.map(oneLine)), page.width - LABEL_WIDTH).map(
      (line, index) => page.dim(padEnd(index === 0 ? name : "", LABEL_WIDTH)) + line,
    ),
  );
}

function problemLines({ place, message, hint }: CheckProblem, page: Page): readonly string[] {
  const width = page.width - INDENT.length;
  return [
    `${page.dim("──")} ${page.red("problem")}  ${page.bold(printable(placeText(place)))}`,
    ...[...wrap(oneLine(message), width), ...wrap(oneLine(hint), width).map(page.dim)].map(
      (line) => INDENT + line,
    ),
  ];
}

/** `── 3  warning  set-not-null ─────`. */
function findingLines(finding: MigrationFinding, number: number, page: Page): readonly string[] {
  const { severity, code } = finding;
  const rule = "─".repeat(Math.max(3, page.width - `── ${number}  ${severity}  ${code} `.length));
  const head = `${page.dim("──")} ${number}  ${severityStyle(severity, page)(severity)}  ${page.bold(code)} ${page.dim(rule)}`;
  return [head, ...bodyLines(finding, page).map((line) => (line === "" ? "" : INDENT + line))];
}

function bodyLines(finding: MigrationFinding, page: Page): readonly string[] {
  const width = page.width - INDENT.length;
  return [
    // Whole, so that a terminal can open it.
    page.bold(printable(placeText(finding.place))),
    page.cyan(cut(oneLine(finding.statement), width)),
    ...wrap(`${objectLabel(finding)}: ${oneLine(finding.message)}`, width),
    ...wrap(BASIS_WORDS[finding.basis], width).map(page.dim),
    ...spaced(ledgerLines(finding.evidence, width, page)),
    ...spaced(wrap(`Instead: ${oneLine(finding.advice)}`, width)),
    ...finding.alternative.flatMap(({ name, content }) => [
      "",
      page.dim(printable(name)),
      // Whole lines, never wrapped or cut: they are there to be copied.
      ...trimmed(safeLines(content)).map((line) => (line === "" ? "" : page.cyan(`  ${line}`))),
    ]),
    ...queriesLines(finding.queries, page),
  ];
}

function trimmed(lines: readonly string[]): readonly string[] {
  return lines.slice(0, lines.findLastIndex((line) => line !== "") + 1);
}

function listLines({ title, means, items }: PlaceList, page: Page): readonly string[] {
  if (items.length === 0) return [];
  const more = items.length - MAX_LISTED;
  return [
    page.bold(title),
    ...(means === "" ? [] : wrap(means, page.width - 2).map((line) => page.dim(`  ${line}`))),
    ...items
      .slice(0, MAX_LISTED)
      .flatMap(([place, text]) => [
        `  ${printable(placeText(place))}`,
        ...wrap(oneLine(text), page.width - 4).map((line) => `    ${line}`),
      ]),
    ...(more > 0 ? [`  ${page.dim(`and ${formatCount(more)} more`)}`] : []),
  ];
}
