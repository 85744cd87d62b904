import type { Severity } from "../../findings/finding.ts";
import { objectLabel } from "../../report/object-label.ts";
import { oneLine, safeLines } from "../../report/printable.ts";
import { formatPlural } from "../../report/units.ts";
import type { CheckReport } from "../check-report.ts";
import { MIGRATION_TITLES } from "../finding-titles.ts";
import type { MigrationFinding } from "../migration-finding.ts";
import type { SourcePlace } from "../migration.ts";
import {
  BASIS_WORDS,
  type CheckRenderOptions,
  coverageText,
  findingsText,
  NOT_ANALYZED_MEANS,
  nothingFound,
  placeText,
} from "./check-summary.ts";
import { repositoryPath } from "./repository-path.ts";

type Command = "error" | "warning" | "notice";

const COMMANDS: Readonly<Record<Severity, Command>> = {
  info: "notice",
  warning: "warning",
  error: "error",
};

/** Annotations of one type that GitHub shows of one step; it drops the others without a word. */
const MAX_ANNOTATIONS = 10;

interface Annotation {
  readonly command: Command;
  readonly place: SourcePlace;
  readonly title: string;
  readonly message: string;
}

/**
 * Workflow commands that GitHub Actions shows beside the lines of a pull request. Where there are more than it shows, the
 * last one of its type says how many, and the log lists them.
 */
export function renderCheckGithub(report: CheckReport, { prefix }: CheckRenderOptions): string {
  const all = annotations(report);
  const lines = (["error", "warning", "notice"] as const).flatMap((command) =>
    commandLines(
      all.filter((annotation) => annotation.command === command),
      prefix,
    ),
  );
  return [
    ...lines,
    ...(report.findings.length === 0 ? [logLine(nothingFound(report))] : []),
    logLine(`findings: ${findingsText(report)}`),
    logLine(coverageText(report)),
    ...report.notes.map((note) => logLine(note)),
    "",
  ].join("\n");
}

function annotations(report: CheckReport): readonly Annotation[] {
  return [
    ...report.problems.map(({ place, message, hint }): Annotation => ({
      command: "error",
      place,
      title: "dbadvise: not checked",
      message: `${oneLine(message)}\n${oneLine(hint)}`,
    })),
    ...report.findings.map((finding) => ofFinding(finding)),
    ...report.coverage.notAnalyzed.map(({ place, reason }): Annotation => ({
      command: "warning",
      place,
      title: "dbadvise: not analysed",
      message: `${oneLine(reason)}\n${NOT_ANALYZED_MEANS}`,
    })),
    ...report.ignoreProblems.map(({ place, message, hint }): Annotation => ({
      command: "warning",
      place,
      title: "dbadvise: ignore comment",
      message: `${oneLine(message)}\n${oneLine(hint)}`,
    })),
  ];
}

function ofFinding(finding: MigrationFinding): Annotation {
  const files = finding.alternative.map(({ name, content }) => `\n${oneLine(name)}\n${content}`);
  return {
    command: COMMANDS[finding.severity],
    place: finding.place,
    title: `${finding.code}: ${MIGRATION_TITLES[finding.code]}`,
    message: [
      `${objectLabel(finding)}: ${oneLine(finding.message)} (${BASIS_WORDS[finding.basis]})`,
      `Instead: ${oneLine(finding.advice)}`,
      ...files,
    ].join("\n"),
  };
}

function commandLines(list: readonly Annotation[], prefix: string): readonly string[] {
  if (list.length <= MAX_ANNOTATIONS) return list.map((one) => commandLine(one, prefix));
  const shown = list.slice(0, MAX_ANNOTATIONS - 1);
  const rest = list.slice(shown.length);
  const [first] = rest;
  if (first === undefined) return [];
  const { command } = first;
  return [
    ...shown.map((one) => commandLine(one, prefix)),
    `::${command} title=dbadvise::${data(
      `${formatPlural(rest.length, "more annotation", "more annotations")} of this kind: GitHub shows ${MAX_ANNOTATIONS} of a step. The step's log lists them.`,
    )}`,
    ...rest.map(({ place, title, message }) =>
      logLine(`${command} ${placeText(place)} ${title}: ${message}`),
    ),
  ];
}

function commandLine({ command, place, title, message }: Annotation, prefix: string): string {
  const properties = [
    `file=${property(repositoryPath(prefix, place.file))}`,
    `line=${place.line}`,
    `endLine=${Math.max(place.line, place.endLine)}`,
    `title=${property(oneLine(title))}`,
  ];
  return `::${command} ${properties.join(",")}::${data(message)}`;
}

/** As the runner's own toolkit escapes a message; other control characters are made visible. */
function data(text: string): string {
  return safeLines(text)
    .map((line) => line.replaceAll("%", "%25"))
    .join("%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** Neither form of a workflow command: `::name` at the beginning, `##[name]` anywhere. */
function logLine(text: string): string {
  return `- ${oneLine(text).replaceAll("##[", "## [")}`;
}
