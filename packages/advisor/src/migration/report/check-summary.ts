import { SEVERITIES, type Severity } from "../../findings/finding.ts";
import { describeSeverities } from "../../report/summary.ts";
import { formatCount, formatPlural } from "../../report/units.ts";
import type { CheckReport } from "../check-report.ts";
import type { MigrationFinding } from "../migration-finding.ts";
import type { SourcePlace } from "../migration.ts";

/** From which severity on a finding fails the check. */
export type FailsFrom = Severity | "never";

/** What renderers are told beside the report. */
export interface CheckRenderOptions {
  /** Of `text`. */
  readonly color: boolean;
  /** Columns of `text`. */
  readonly width: number;
  /** From which severity on a finding is a failure of `junit`. */
  readonly failOn: FailsFrom;
  /**
   * The working directory below the repository's root, with `/` at its end: CI platforms know files from the root. Empty
   * where they are the same.
   */
  readonly prefix: string;
  /** Where the whole report is, for a comment that had to be cut; `null` where nobody said. */
  readonly link: string | null;
}

/** `9 statements: 7 measured, 1 inferred, 1 not analysed`. */
export function coverageText({ coverage }: CheckReport): string {
  const { statements, measured, inferred, notAnalyzed } = coverage;
  const total = formatPlural(statements, "statement", "statements");
  return `${total}: ${formatCount(measured)} measured, ${formatCount(inferred)} inferred, ${formatCount(notAnalyzed.length)} not analysed`;
}

/** What was looked at, row by row, for people. Texts are not escaped. */
export function summaryRows(
  report: CheckReport,
): readonly (readonly [name: string, parts: readonly string[]])[] {
  const { migrations, base, coverage } = report;
  const checked = `${formatCount(migrations.checked.length)} of ${formatPlural(migrations.total, "migration", "migrations")}`;
  return [
    ...(report.problems.length === 0
      ? []
      : ([
          ["Problems", [`${formatCount(report.problems.length)}: not everything could be checked`]],
        ] as const)),
    ["Findings", [findingsText(report)]],
    ["Checked", [checked, base === null ? "whether changed or not" : `changed since ${base}`]],
    ["Coverage", [coverageText(report)]],
    ...(coverage.queries === null
      ? []
      : ([
          [
            "Queries",
            [
              `${formatCount(coverage.queries.planned)} planned before and after`,
              ...(coverage.queries.skipped === 0
                ? []
                : [`${formatCount(coverage.queries.skipped)} not planned`]),
            ],
          ],
        ] as const)),
    ["Trial", [report.trial ?? "none: everything is inferred from the text", report.runner]],
    [
      "Sizes",
      [
        report.snapshotAt === null
          ? "unknown: no production snapshot was given"
          : `of the snapshot of ${report.snapshotAt}`,
      ],
    ],
  ];
}

/** `3 (1 error, 2 warnings), 1 ignored, 2 known before`. */
export function findingsText({ findings, ignored, known }: CheckReport): string {
  const severities = { info: 0, warning: 0, error: 0 };
  for (const { severity } of findings) severities[severity]++;
  return [
    describeSeverities({ severities }),
    ...(ignored.length === 0 ? [] : [`${formatCount(ignored.length)} ignored`]),
    ...(known.length === 0 ? [] : [`${formatCount(known.length)} known before`]),
  ].join(", ");
}

/** What can be said where there are no findings, which is not always that all is well. */
export function nothingFound({ migrations, problems, coverage }: CheckReport): string {
  if (problems.length > 0)
    return "No findings so far, but not everything could be checked: see the problems.";
  if (migrations.checked.length === 0) return "No migration was changed: nothing was checked.";
  return coverage.notAnalyzed.length === 0 ? "No findings." : "No findings in what was analysed.";
}

/** "Not analysed" is never "safe". */
export const NOT_ANALYZED_MEANS =
  "What these statements do can't be told, which does not mean that they are safe.";

/** Places with what there is to say of each. */
export interface PlaceList {
  readonly title: string;
  /** A sentence on all of them, or nothing. */
  readonly means: string;
  readonly items: readonly (readonly [place: SourcePlace, text: string])[];
}

/** What people are told after the findings; lists without items too. Texts are not escaped. */
export function placeLists(report: CheckReport): readonly PlaceList[] {
  return [
    {
      title: "Not analysed",
      means: NOT_ANALYZED_MEANS,
      items: report.coverage.notAnalyzed.map(({ place, reason }) => [place, reason]),
    },
    {
      // They silence nothing, and fail nothing.
      title: "Ignore comments",
      means: "",
      items: report.ignoreProblems.map(({ place, message, hint }) => [place, `${message} ${hint}`]),
    },
    {
      title: "Ignored",
      means: "",
      items: report.ignored.map(({ finding, reason }) => [
        finding.place,
        `${finding.code}: ${reason}`,
      ]),
    },
  ];
}

/** `src/a.sql:12`: most terminals and editors open it. */
export function placeText({ file, line }: SourcePlace): string {
  return `${file}:${line}`;
}

export const BASIS_WORDS: Readonly<Record<MigrationFinding["basis"], string>> = {
  measured: "measured on the trial database",
  inferred: "inferred from the text",
};

export function fails({ severity }: MigrationFinding, from: FailsFrom): boolean {
  return from !== "never" && SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(from);
}
