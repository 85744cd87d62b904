import { objectLabel } from "../../report/object-label.ts";
import { oneLine, safeLines } from "../../report/printable.ts";
import type { CheckProblem, CheckReport } from "../check-report.ts";
import type { MigrationFinding } from "../migration-finding.ts";
import {
  BASIS_WORDS,
  type CheckRenderOptions,
  coverageText,
  fails,
  type FailsFrom,
  findingsText,
  NOT_ANALYZED_MEANS,
  placeText,
} from "./check-summary.ts";

interface TestCase {
  readonly name: string;
  readonly file: string;
  readonly outcome: "passed" | "skipped" | "failed" | "error";
  /** One line. */
  readonly message: string;
  /** Of the outcome. */
  readonly details: readonly string[];
  /** What is worth to know beside it. */
  readonly output: readonly string[];
}

const SUITE = "dbadvise check";

/**
 * JUnit XML: one test case for each migration that was checked. A finding at or above `failOn` is a failure, a problem an
 * error; a migration with statements that could not be analysed is skipped, never passed.
 */
export function renderCheckJunit(report: CheckReport, { failOn }: CheckRenderOptions): string {
  const cases = testCases(report, failOn);
  const count = (outcome: TestCase["outcome"]): number =>
    cases.filter((one) => one.outcome === outcome).length;
  const totals = `tests="${cases.length}" failures="${count("failed")}" errors="${count("error")}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${SUITE}" ${totals} time="0">`,
    `  <testsuite name="${SUITE}" ${totals} skipped="${count("skipped")}" time="0" timestamp="${attribute(report.checkedAt.replace(/(?:\.\d+)?Z$/, ""))}" hostname="localhost">`,
    "    <properties>",
    ...Object.entries({
      engine: report.engine,
      runner: report.runner,
      trial: report.trial ?? "none",
      base: report.base ?? "none",
      coverage: coverageText(report),
      findings: findingsText(report),
    }).map(([name, value]) => `      <property name="${name}" value="${attribute(value)}"/>`),
    "    </properties>",
    ...cases.flatMap(caseLines),
    `    <system-out>${content([coverageText(report), ...report.notes])}</system-out>`,
    "    <system-err></system-err>",
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function testCases(report: CheckReport, failOn: FailsFrom): readonly TestCase[] {
  const { checked } = report.migrations;
  const own = checked.map(({ name, file, downFile }) =>
    testCase(report, name, file, (path) => path === file || path === downFile, failOn),
  );
  const known = new Set(checked.flatMap(({ file, downFile }) => [file, downFile]));
  // Of files that are no checked migration's: earlier ones that can't be replayed, code that migrations import.
  const others = new Set(
    [...report.problems, ...report.findings, ...report.coverage.notAnalyzed]
      .map(({ place }) => place.file)
      .filter((file) => !known.has(file)),
  );
  return [
    ...own,
    ...[...others].map((file) => testCase(report, file, file, (path) => path === file, failOn)),
  ];
}

function testCase(
  report: CheckReport,
  name: string,
  file: string,
  has: (file: string) => boolean,
  failOn: FailsFrom,
): TestCase {
  const problems = report.problems.filter(({ place }) => has(place.file));
  const findings = report.findings.filter(({ place }) => has(place.file));
  const failures = findings.filter((finding) => fails(finding, failOn));
  const milder = findings.filter((finding) => !fails(finding, failOn));
  const unknown = report.coverage.notAnalyzed
    .filter(({ place }) => has(place.file))
    .map(({ place, reason }) => `${placeText(place)} not analysed: ${reason}`);
  const silenced = report.ignored
    .filter(({ finding }) => has(finding.place.file))
    .map(({ finding, reason }) => `${placeText(finding.place)} ${finding.code} ignored: ${reason}`);
  const comments = report.ignoreProblems
    .filter(({ place }) => has(place.file))
    .map(({ place, message }) => `${placeText(place)} ${message}`);
  const bad = [...problems.flatMap(problemText), ...failures.flatMap(findingText)];
  const beside = [...milder.flatMap(findingText), ...silenced, ...comments];
  const common = { name, file };
  const first = problems[0]?.message ?? failures[0]?.message;
  if (first !== undefined) {
    return {
      ...common,
      outcome: problems.length > 0 ? "error" : "failed",
      message:
        problems.length + failures.length === 1
          ? first
          : `${first} And ${problems.length + failures.length - 1} more.`,
      details: bad,
      output: [...unknown, ...beside],
    };
  }
  if (unknown.length > 0)
    return {
      ...common,
      outcome: "skipped",
      message: NOT_ANALYZED_MEANS,
      details: unknown,
      output: [...unknown, ...beside],
    };
  return { ...common, outcome: "passed", message: "", details: [], output: beside };
}

function problemText({ place, message, hint }: CheckProblem): readonly string[] {
  return [placeText(place), `  ${oneLine(message)}`, `  ${oneLine(hint)}`];
}

function findingText(finding: MigrationFinding): readonly string[] {
  const { severity, code, place, message, basis, advice, evidence, alternative } = finding;
  return [
    `${placeText(place)} ${severity} ${code}`,
    `  ${objectLabel(finding)}: ${oneLine(message)} (${BASIS_WORDS[basis]})`,
    ...evidence.map(({ check, detail }) => `  ${check}: ${oneLine(detail)}`),
    `  Instead: ${oneLine(advice)}`,
    ...alternative.flatMap(({ name, content: text }) => [
      `  ${oneLine(name)}`,
      ...text
        .trimEnd()
        .split("\n")
        .map((line) => `    ${line}`),
    ]),
  ];
}

function caseLines({ name, file, outcome, message, details, output }: TestCase): readonly string[] {
  const open = `    <testcase classname="${SUITE}" name="${attribute(name)}" file="${attribute(file)}" time="0"`;
  const result =
    outcome === "passed"
      ? []
      : outcome === "skipped"
        ? [`      <skipped message="${attribute(message)}"/>`]
        : [outcomeLine(outcome, message, details)];
  const printed = output.length === 0 ? [] : [`      <system-out>${content(output)}</system-out>`];
  const inside = [...result, ...printed];
  return inside.length === 0 ? [`${open}/>`] : [`${open}>`, ...inside, "    </testcase>"];
}

function outcomeLine(
  outcome: "failed" | "error",
  message: string,
  details: readonly string[],
): string {
  const element = outcome === "failed" ? "failure" : "error";
  return `      <${element} type="dbadvise" message="${attribute(message)}">${content(details)}</${element}>`;
}

/** Whatever XML 1.0 has no way to write is made visible before. */
function attribute(text: string): string {
  return escaped(oneLine(text));
}

function content(lines: readonly string[]): string {
  return escaped(lines.flatMap(safeLines).join("\n"));
}

function escaped(text: string): string {
  return (
    text
      .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
      // Not characters of XML, though they are neither control nor format ones.
      .replace(/[\ufffe\uffff]/g, "\ufffd")
  );
}
