import { cut } from "../../report/columns.ts";
import { evidenceList, queriesBlock } from "../../report/markdown.ts";
import { codeBlock, codeSpan, escapeHtml, escapeMarkdown } from "../../report/markdown-escape.ts";
import { objectLabel } from "../../report/object-label.ts";
import { oneLine } from "../../report/printable.ts";
import { formatCount, formatPlural } from "../../report/units.ts";
import type { CheckProblem, CheckReport } from "../check-report.ts";
import type { MigrationFinding } from "../migration-finding.ts";
import type { SourcePlace } from "../migration.ts";
import {
  BASIS_WORDS,
  type CheckRenderOptions,
  nothingFound,
  placeLists,
  placeText,
  summaryRows,
} from "./check-summary.ts";

/** The first line of the comment: by it the next run finds the comment to update. */
export const COMMENT_MARKER = "<!-- dbadvise-check -->";

/** Characters that GitHub takes in a comment. */
const MAX_LENGTH = 65_536;
/** Kept for what says that something was left out. */
const NOTICE_LENGTH = 1_000;
/** Of them for what follows the findings, so that it is never crowded out. */
const TAIL_LENGTH = 16_000;
const MAX_LISTED = 10;
const STATEMENT_WIDTH = 160;
/** A text in a list is cut to this many columns. */
const TEXT_WIDTH = 300;

/** A part of the comment: its forms, the longest first, each made when it is asked for. */
type Block = readonly (() => string)[];

/** For a pull request's comment. What GitHub would not take is left out, finding by finding, and told. */
export function renderCheckMarkdown(report: CheckReport, { link }: CheckRenderOptions): string {
  const head = [
    COMMENT_MARKER,
    "## Migration check",
    "",
    "| | |",
    "|---|---|",
    ...summaryRows(report).map(
      ([name, parts]) => `| ${name} | ${parts.map(shortened).join(" · ")} |`,
    ),
  ].join("\n");
  const { shown: tail } = fitting(tailBlocks(report), TAIL_LENGTH);
  const blocks: readonly Block[] = [
    ...report.problems.map((problem) => [() => problemBlock(problem)]),
    ...(report.findings.length === 0 ? [[() => nothingFound(report)]] : []),
    ...report.findings.map((finding) => [() => findingBlock(finding), () => shortBlock(finding)]),
  ];
  const room =
    MAX_LENGTH - NOTICE_LENGTH - [head, ...tail].reduce((sum, block) => sum + block.length + 2, 0);
  const { shown, left, briefly } = fitting(blocks, room);
  return `${[head, ...shown, ...noticeOf(left, briefly, link), ...tail].join("\n\n")}\n`;
}

/** What follows the findings. */
function tailBlocks(report: CheckReport): readonly Block[] {
  return [
    ...placeLists(report).flatMap(({ title, means, items }) =>
      listBlock(
        title,
        means,
        items.map(([place, text]) => placeItem(place, text)),
      ),
    ),
    ...listBlock("Notes", "", report.notes.map(shortened)),
  ];
}

/** Blocks in order while they fit, each in its first form that does. After one that has none, nothing more is shown. */
function fitting(
  blocks: readonly Block[],
  room: number,
): { readonly shown: readonly string[]; readonly left: number; readonly briefly: number } {
  const shown: string[] = [];
  let briefly = 0;
  let free = room;
  for (const forms of blocks) {
    const found = firstFitting(forms, free - 2);
    if (found === null) break;
    shown.push(found.text);
    free -= found.text.length + 2;
    if (found.form > 0) briefly++;
  }
  return { shown, left: blocks.length - shown.length, briefly };
}

function firstFitting(
  forms: Block,
  room: number,
): { readonly form: number; readonly text: string } | null {
  for (const [form, make] of forms.entries()) {
    const text = make();
    if (text.length <= room) return { form, text };
  }
  return null;
}

function noticeOf(left: number, briefly: number, link: string | null): readonly string[] {
  if (left === 0 && briefly === 0) return [];
  const parts = [
    ...(briefly === 0 ? [] : [`${formatPlural(briefly, "finding", "findings")} in short`]),
    ...(left === 0
      ? []
      : [`${formatPlural(left, "problem or finding", "problems and findings")} not at all`]),
  ];
  const where =
    link === null
      ? "The report of the run has everything."
      : `[The report of the run](<${linkTarget(link)}>) has everything.`;
  return [`**This comment would be too long: it shows ${parts.join(", and ")}.** ${where}`];
}

/** An address that can't end the link early. */
function linkTarget(link: string): string {
  return encodeURI(oneLine(link))
    .replaceAll("%25", "%")
    .replace(/[<>]/g, encodeURIComponent)
    .slice(0, 500);
}

function problemBlock({ place, message, hint }: CheckProblem): string {
  return [
    `**Problem** ${codeSpan(placeText(place), { cell: false })}`,
    "",
    shortened(message),
    "",
    shortened(hint),
  ].join("\n");
}

function findingBlock(finding: MigrationFinding): string {
  return [
    ...headLines(finding),
    "",
    "<details>",
    `<summary>Safe alternative and evidence (${BASIS_WORDS[finding.basis]})</summary>`,
    "",
    ...codeBlock([finding.statement], "sql"),
    ...evidenceList(finding.evidence),
    "",
    `Instead: ${escapeMarkdown(finding.advice)}`,
    ...finding.alternative.flatMap(({ name, content }) => [
      "",
      `${codeSpan(name, { cell: false })}:`,
      "",
      ...codeBlock([content.trimEnd()], languageOf(name)),
    ]),
    ...queriesBlock(finding.queries),
    "",
    "</details>",
  ].join("\n");
}

/** Where the whole is too long: what is wrong and where, without the details. */
function shortBlock(finding: MigrationFinding): string {
  const { place, severity, code, message, advice } = finding;
  return [
    `**${severity}** ${code} ${codeSpan(cut(oneLine(placeText(place)), TEXT_WIDTH), { cell: false })}`,
    "",
    shortened(`${objectLabel(finding)}: ${message}`),
    "",
    `Instead: ${shortened(advice)}`,
  ].join("\n");
}

function headLines(finding: MigrationFinding): readonly string[] {
  const { place, severity, code, message, statement } = finding;
  return [
    `**${severity}** ${code} ${codeSpan(placeText(place), { cell: false })}: ${codeSpan(cut(oneLine(statement), STATEMENT_WIDTH), { cell: false })}`,
    "",
    `<code>${escapeHtml(objectLabel(finding))}</code> ${escapeMarkdown(message)}`,
  ];
}

function languageOf(name: string): string {
  return /\.([cm]?[jt]s)$/.test(name) ? "ts" : "sql";
}

/** A list with its title, and the title alone. None where there are no items. */
function listBlock(title: string, means: string, items: readonly string[]): readonly Block[] {
  if (items.length === 0) return [];
  const head = `### ${title}: ${formatCount(items.length)}${means === "" ? "" : `\n\n${means}`}`;
  const more = items.length - MAX_LISTED;
  const list = [
    ...items.slice(0, MAX_LISTED).map((item) => `- ${item}`),
    ...(more > 0 ? [`- and ${formatCount(more)} more`] : []),
  ];
  return [[() => `${head}\n\n${list.join("\n")}`, () => head]];
}

function placeItem(place: SourcePlace, text: string): string {
  return `${codeSpan(cut(oneLine(placeText(place)), TEXT_WIDTH), { cell: false })}: ${shortened(text)}`;
}

function shortened(text: string): string {
  return escapeMarkdown(cut(oneLine(text), TEXT_WIDTH));
}
