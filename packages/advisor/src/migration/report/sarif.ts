import type { Log, Notification, ReportingDescriptor, Result, Suppression } from "sarif";
import { objectLabel, qualifiedName } from "../../report/object-label.ts";
import { queryValue } from "../../report/json.ts";
import { oneLine, safeJson } from "../../report/printable.ts";
import { SARIF_LEVELS } from "../../report/sarif.ts";
import { artifactLocation } from "../../report/sarif-locations.ts";
import { sarifText } from "../../report/sarif-text.ts";
import type { CheckReport } from "../check-report.ts";
import { MIGRATION_CODES, MIGRATION_TITLES } from "../finding-titles.ts";
import type { MigrationFinding, MigrationFindingCode } from "../migration-finding.ts";
import type { SourcePlace } from "../migration.ts";
import { type CheckRenderOptions, coverageText } from "./check-summary.ts";
import { repositoryPath } from "./repository-path.ts";

/**
 * SARIF 2.1.0: a result's location is the statement in the migration's file. Silenced findings are results with a
 * suppression; problems and what was not analysed are notifications of the run.
 */
export function renderCheckSarif(report: CheckReport, { prefix }: CheckRenderOptions): string {
  const results = [
    ...report.findings.map((finding) => resultOf(finding, prefix, [])),
    ...report.ignored.map(({ finding, reason }) =>
      resultOf(finding, prefix, [{ kind: "inSource", justification: oneLine(reason) }]),
    ),
    ...report.known.map((finding) =>
      resultOf(finding, prefix, [{ kind: "external", justification: "in the baseline file" }]),
    ),
  ];
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        // Apart from `analyze`, whose results may be of the same commit.
        automationDetails: { id: "dbadvise-check/" },
        tool: { driver: { name: "dbadvise", rules: MIGRATION_CODES.map(ruleOf) } },
        invocations: [
          {
            executionSuccessful: report.problems.length === 0,
            endTimeUtc: report.checkedAt,
            toolExecutionNotifications: notifications(report, prefix),
          },
        ],
        // Columns are counted in UTF-16 units.
        columnKind: "utf16CodeUnits",
        results,
        properties: {
          engine: report.engine,
          runner: report.runner,
          trial: report.trial,
          base: report.base,
          snapshotAt: report.snapshotAt,
          coverage: coverageText(report),
        },
      },
    ],
  };
  return safeJson(log);
}

function ruleOf(code: MigrationFindingCode): ReportingDescriptor {
  const text = MIGRATION_TITLES[code];
  return {
    id: code,
    shortDescription: { text },
    help: { text: `${text}. Described in docs/migrations/${code}.md.` },
  };
}

function resultOf(finding: MigrationFinding, prefix: string, suppressions: Suppression[]): Result {
  const { code, object, message, advice, fingerprint } = finding;
  const name = object.name ?? (object.type === "column" ? object.columns.join(", ") : object.table);
  return {
    ruleId: code,
    ruleIndex: MIGRATION_CODES.indexOf(code),
    level: SARIF_LEVELS[finding.severity],
    message: { text: sarifText(`${objectLabel(finding)}: ${message} Instead: ${advice}`) },
    locations: [
      {
        ...physical(finding.place, prefix),
        logicalLocations: [
          { name: oneLine(name), fullyQualifiedName: qualifiedName(finding), kind: object.type },
        ],
      },
    ],
    suppressions,
    // GitHub knows an alert again by the first of these.
    partialFingerprints: {
      primaryLocationLineHash: fingerprint,
      "dbadviseMigration/v1": fingerprint,
    },
    properties: {
      basis: finding.basis,
      migration: finding.migration,
      statement: finding.statement,
      evidence: finding.evidence,
      alternative: finding.alternative,
      queries: finding.queries.map(queryValue),
    },
  };
}

function physical(
  place: SourcePlace,
  prefix: string,
): Pick<NonNullable<Result["locations"]>[number], "physicalLocation"> {
  return {
    physicalLocation: {
      artifactLocation: artifactLocation(repositoryPath(prefix, place.file)),
      region: {
        startLine: place.line,
        startColumn: place.column,
        endLine: Math.max(place.line, place.endLine),
      },
    },
  };
}

function notifications(report: CheckReport, prefix: string): Notification[] {
  const at = (level: Notification.level, place: SourcePlace, text: string): Notification => ({
    level,
    message: { text: sarifText(text) },
    locations: [physical(place, prefix)],
  });
  return [
    ...report.problems.map(({ place, message, hint }) => at("error", place, `${message} ${hint}`)),
    ...report.coverage.notAnalyzed.map(({ place, reason }) =>
      at("warning", place, `Not analysed: ${reason}`),
    ),
    ...report.ignoreProblems.map(({ place, message, hint }) =>
      at("warning", place, `${message} ${hint}`),
    ),
    ...report.notes.map((note): Notification => ({
      level: "note",
      message: { text: sarifText(note) },
    })),
  ];
}
